# The same without a file; a bare word is the argument that needs no name.
git init -q . && git add . && git commit -qm x
cq run --step search id=s alpha --step outline inputs=s depth=1
