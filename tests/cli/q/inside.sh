cq q "entity=method inside='class App'"; cq q "entity=function inside='class App' inside.stopBy=neighbor"; cq q "entity=function in=src not.inside='class *'"
