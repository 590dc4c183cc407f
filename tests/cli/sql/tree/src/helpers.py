def load(path):
    return open(path).read()


def finish():
    return None
