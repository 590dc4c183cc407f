mkdir sub && git init -q sub && cd sub && cq outline ../app.py -d 1; cq outline ../lib
