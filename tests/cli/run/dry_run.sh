# What would happen: the order, the longest way, and what is kept from an earlier run.
git init -q . && git add . && git commit -qm x
touch -d '1 hour ago' src/* notes.txt plan.json
cq run plan.json --dry-run --cache off
