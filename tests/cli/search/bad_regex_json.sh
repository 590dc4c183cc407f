cq search 'a(b' --format json
