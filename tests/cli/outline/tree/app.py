"""A small service."""
import os


class Store:
    """Keeps values."""

    def __init__(self, path: str, limit: int = 10):
        self.path = path
        self.limit = limit

    @property
    def size(self) -> int:
        return os.path.getsize(self.path)

    class Error(Exception):
        pass


async def main(args):
    def inner(x):
        return x
    return inner(args)
