def alpha():
    return beta()


def beta():
    return 1
