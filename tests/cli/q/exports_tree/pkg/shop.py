from .stars import Star as Star

__all__ = ["Cart"]
__all__ += ["total"]


class Cart:
    pass


class Hidden:
    pass


def total(cart):
    return 0
