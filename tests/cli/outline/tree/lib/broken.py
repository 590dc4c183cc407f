def good(a):
    return a


def bad(:
    return (


class Later:
    def run(self):
        pass
