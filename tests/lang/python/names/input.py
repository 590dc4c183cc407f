import os.path as p, sys, a.b
from . import util
from .base import Base as B, helper
from typing import Optional, List
from x import *

@register("x")
class App(B, mixins.Mix, metaclass=Meta):
    count: int = 0
    handler = helper

    def __init__(self, name: str, router: "Router" = None, *args, **kw):
        self.name = name
        self.router = router or Router()
        self.items: List[Item] = []

    @property
    def first(self) -> Optional["Item"]:
        for it in self.items:
            it.go(f"{it.run()}")
            return it

    @classmethod
    def make(cls, **kw):
        return cls(**kw)

    def run(self):
        x = self.make(a=1)
        super().run(x)
        with p.open() as f, y:
            f.read()
        try: pass
        except (A, err.B) as e:
            e.what()
        g = lambda q: q.z()
        a, b = 1, 2
        if (m := helper(b)): m.q()
        return [h.u for h in self.items if h.ok()]

def top():
    global count
    app = App("x") if 1 else Other()
    app.run(helper, k=helper)
    getattr(app, "run")()
