# Objects made of a type; its constructor has a table of its own.
cq calls Store; echo; cq calls Store.__init__
