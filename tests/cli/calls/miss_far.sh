cq calls frobnicate
