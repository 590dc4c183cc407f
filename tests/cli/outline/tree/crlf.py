def crlf():
    return 1
