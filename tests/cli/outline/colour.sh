cq outline empty.py lib/store.h --color always
