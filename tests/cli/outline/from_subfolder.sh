# A name is looked up from the working folder, then from the top of the working tree.
git init -q . && cd lib && cq outline store.h app.py
