cq outline lib/store.c lib/store.h
