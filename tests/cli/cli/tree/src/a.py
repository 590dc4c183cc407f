def alpha(x):
    return beta(x)


def beta(x):
    return x
