# A plan on standard input; a cell may not read it too.
git init -q . && git add . && git commit -qm x
echo '{"version":1,"cells":[{"id":"a","op":"outline","params":{"files":["src/b.c"]}}]}' | cq run -
echo '{"version":1,"cells":[{"id":"a","op":"outline","params":{"files":["-"]}}]}' | cq run -
