cp src/a.py ./--depth; cq outline --lang py -- --depth
