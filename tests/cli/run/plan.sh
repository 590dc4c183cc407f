# Cells run after the cells they need, over the files these found.
git init -q . && git add . && git commit -qm x
cq run plan.json
