name = f"a {b(c)!r:>{width()}} {d['key']} {{not code}}"
nested = f"{outer(f'{inner(1)}')}"
raw = rf"\d{n}"
multi = f"""
{
    spread(  # a comment in an f-string
        1)
}
"""
same_quotes = f"{", ".join(x)} {'\n'.join(y)}"
joined = "a" f"{z}" b"c"
percent = "%s" % "call(me)"  # call(too)
t = u'\u1234' + r'\n' + b'\x00'
d = {"k": "v"}
