import pkg
from pkg import Store as Shop, open_it
from pkg.store import open_store

HANDLERS = {"run_save": 1}


def register(name):
    return lambda function: function


@register("save")
def run_save(item, retries=0):
    store = open_store("x", mode="w")
    store.save(item)
    Shop("y").save(item, retries=retries)
    return store


def later(first=run_save(2)):
    return f"{run_save(1, retries=3)} and {first}"


def shadow(run_save):
    run_save(3)


def reach(store, *rest):
    getattr(store, "run_save")(*rest)
    schedule(run_save)
    HANDLERS["later"] = run_save
    run_save(*rest, **{})
    g = run_save
    g(4)
    store.save(5)


def schedule(function):
    return function()


def loop(n):
    return other(n - 1)


def other(n):
    pkg.store.open_store("z")
    open_it("q")
    return loop(n)
