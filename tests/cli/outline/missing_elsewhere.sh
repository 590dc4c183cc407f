cq outline store.c
