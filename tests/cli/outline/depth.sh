cq outline --depth 1 app.py lib/store.c
