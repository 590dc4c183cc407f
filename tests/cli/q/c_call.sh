cq q 'pattern="DICT_MAX($A, $B)"'
printf 'void f(int n) {\n    use(n);\n    use(n + 1);\n    int r = use(use(2));\n}\n' >lib/use.c
cq q 'pattern="use($X)" in=lib' --format lines
cq q 'entity=function has="use($X)" in=lib' --format lines
