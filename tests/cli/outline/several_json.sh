cq outline empty.py ap.py bin/data.c --format json | grep -o "\"failed\":.*\"other_files\""; cq outline empty.py ap.py bin/data.c --format json >/dev/null 2>&1
