def open_store():
    return None


def use():
    open_store()
