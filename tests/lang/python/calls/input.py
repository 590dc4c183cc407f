@register
@app.route("/", methods=["GET"])
@a.b.c(x)(y)
class View(Base(1), metaclass=make_meta()):
    size = field(default=first())

    @staticmethod
    def make(x=default(), *args: kind(1), y: "A" = other()) -> result():
        return super().make(*args, x, y=1, z=2, **extra)


plain()
a.b.c(1, 2, k=3)
a[0].b(1)(2)
handlers["x"](event)
(lambda: inner())()
print(x for x in items())
(chained
    .first()
    .second(1)
)
await_me = [await f(i) async for i in g() if h(i)]
f(*a, *b, **c, d=1)
if (n := compute(1)) > 2: done(n)
with open("x") as fh, lock(): pass
match parse(p):
    case Point(x=0) if ok(p): go()
assert check(), message()
x = y if cond() else z()
f(  # comment
    1,  # one
)
print >>stream(), "old"
