# A blank line stands for the definition around it; between definitions, for the file. A use: what it means.
cp -R "$CQ_CASES/../calls/tree/." .
for target in pkg/store.py:10 pkg/app.py:4 pkg/app.py:15:10; do cq nb $target | head -n 3; done
