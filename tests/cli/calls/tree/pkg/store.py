from .base import Base


class Store(Base):
    def __init__(self, path, *, mode="r"):
        self.path = path
        self.mode = mode

    def save(self, item, retries=0):

        return self._write(item, retries)

    def _write(self, item, *rest, **options):
        return (self.path, item)


class Memo(Store):
    def save(self, item, retries=0):
        return super().save(item, retries=retries + 1)


def open_store(path, **options):
    """Opens a store."""
    return Store(path, **options)
