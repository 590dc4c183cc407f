cq calls docs/notes.md
