# Nothing found anywhere: exit code 1. A cell whose inputs found no files finds nothing, too.
git init -q . && git add . && git commit -qm x
cq run --step search id=a zebra --step outline inputs=a
