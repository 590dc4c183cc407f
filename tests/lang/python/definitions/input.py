"""Definitions of every kind."""

LIMIT = 10
name: str = "x"
first, (second, *rest) = a = 1, (2, 3)
obj.attribute = 1
table["key"] = 2
TABLE = {
    "a": 1,
}


def plain(a, b=1, *args, c, **kwargs):
    local = 1

    def nested():
        pass

    class Local:
        inner = 1

    return nested


async def later() -> None: ...


class Base:
    field = 1
    typed: int
    A, B = 1, 2

    def method(self, x):
        self.set = x

        def helper():
            pass

    class Inner(Base):
        def deep(self): pass

    @property
    def value(self) -> int:
        return 1


if LIMIT:
    guarded = True
    def in_if(): pass
else:
    def in_if(): pass


def spread_out(  # why
    one: int,  # first
    two: dict[
        str, int
    ] = {},
) -> (
    int
):
    return one
