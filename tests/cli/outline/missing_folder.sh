cq outline lob/store.c
