# What a build would do and what it did, as pictures; a dry run writes nothing.
git init -q . && git config user.email a@x && git config user.name A
printf 'int ring_step(int n)\n{\n    return n + 1;\n}\n' >ring.c
printf '# Keys\n\nHow keys are built.\n' >keys.md
git add . && git commit -qm one
cq index --dry-run | sed -E 's/-[0-9a-f]{16}$/-KEY/'
cq index --dry-run --graph mermaid
ls "$HOME/.cache/cq" 2>/dev/null
cq index --graph dot
cq index --graph mermaid
