mkdir only && cd only && { head -c 60 /dev/zero | tr '\0' a; echo '!'; } > bad.txt
echo aaaa > good.txt
cq search --root . -E '^(a+)+$' --format lines
