class Base:
    def save(self, item):
        raise NotImplementedError

    def flush(self, now=False):
        self.save(None)


def flush_all(stores: list[Base]):
    for store in stores:
        store.save("all")


def flush_one(store: Base):
    store.save("one")
