mkdir -p work/sub && cd work && git init -q . && printf 'int a;\n' >one.c && printf 'a\0b' >bin
echo secret >../secret.txt && ln -s ../secret.txt link
for what in oen.c sub one.c:7 bin link ../secret.txt /etc/passwd; do
    cq read "$what" || echo "exit $?"
done
