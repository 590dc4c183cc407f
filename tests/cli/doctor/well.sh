# Checks that do not depend on the machine.
echo 'int a;' >a.c
cq doctor workspace cache index fit embedder
cq index >/dev/null
cq doctor index
