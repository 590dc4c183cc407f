cq outline --depth 1 app.py --format json | grep -o "\"definitions\":[0-9]*,\"shown\":[0-9]*" | head -1
