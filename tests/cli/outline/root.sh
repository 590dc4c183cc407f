cd / && cq outline --root "$OLDPWD" app.py -d 1
