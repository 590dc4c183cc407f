cq outline --dpeth 1 --format json
