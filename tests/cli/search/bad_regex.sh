cq search 'a(b'
