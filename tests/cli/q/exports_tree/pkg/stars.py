class Star:
    pass
