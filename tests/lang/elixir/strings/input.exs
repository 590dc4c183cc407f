# A comment.
a = "text #{call(1)} end"
b = 'charlist'
c = ~s(sigil #{x.y} end)
d = ~r/re+/i
e = """
heredoc #{f()}
"""
f = :atom
g = :"quoted"
h = ?c
i = ~w(a b)a
