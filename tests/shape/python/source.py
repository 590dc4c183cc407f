"""Orders of a small shop, kept in memory."""
import json
import logging
from dataclasses import dataclass, field
from typing import Optional

log = logging.getLogger(__name__)

LIMIT = 100
EMPTY = {}


@dataclass(frozen=True)
class Item:
    name: str
    price: int = 0
    tags: list = field(default_factory=list)


class Order:
    """One order."""

    total = 0

    def __init__(self, items=None, *, owner=None):
        self.items = items if items is not None else []
        self.owner = owner
        self.total = self.total

    def add(self, item, count=1):
        # one entry a piece
        for _ in range(count):
            self.items.append(item)
        log.debug("added %s", item)
        return self

    @property
    def size(self):
        return len(self.items)

    @staticmethod
    def parse(text: str) -> Optional["Order"]:
        try:
            raw = json.loads(text)
        except ValueError as e:
            log.warning("bad order: %s", e)
            return None
        except (KeyError, TypeError):
            raise
        finally:
            log.debug("parsed")
        return Order([Item(**part) for part in raw["items"]], owner=raw.get("owner"))


def cost(order, rate=1.0, *args, **kwargs):
    if order == order:
        pass
    total = sum(i.price for i in order.items if i.price > 0)
    if total == 0 and not order.items:
        return 0
    elif total > LIMIT:
        total = total - total * 0.1  # discount
    else:
        total += 1
    print("cost", total, sep=": ")
    print(
        "rate",
        rate,  # as given
    )
    return round(total * rate, 2)


async def fetch(client, *, retries=3):
    async with client.session() as session:
        for attempt in range(retries):
            result = await session.get("/orders", timeout=5)
            if result.status == 200:
                return await result.json()
            await wait(attempt)
    assert retries, "no retries left"
    raise RuntimeError(f"gave up after {retries}")


def compare(a, b):
    if a == a:
        return a.x == a.x
    if (a + b) == (a + b):
        return foo(a, a) or foo(a, b) or foo(b, b)
    x = lambda: None
    y = a if a else b
    d = {"a": 1, "b": 2, **EMPTY}
    f(1)
    f(1, 2)
    f(1, 2, 3)
    f()
    f(g(1, 2), g(2, 1))
    return [x, y, d]


with open("orders.json") as handle, open("log.txt", "w") as out:
    out.write(handle.read())

if __name__ == "__main__":
    cost(Order())
