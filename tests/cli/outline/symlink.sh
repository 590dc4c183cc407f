ln -s app.py link.py; cq outline link.py -d 1; cq outline . -d 1 | head -1
