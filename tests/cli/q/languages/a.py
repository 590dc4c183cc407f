import os
from typing import Protocol

LIMIT = 1
Alias = int


class Shape(Protocol):
    side = 1

    @property
    def area(self):
        return os.path.join("a")


def make():
    raise ValueError("x")


def test_make():
    make()
