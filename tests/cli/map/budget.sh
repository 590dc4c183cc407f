# The budget holds; methods stand below their types.
cp -R "$CQ_CASES/../calls/tree/." .
cq map --budget 100; [ "$(cq map --budget 100 | wc -c)" -le 400 ] && echo fits
cq map --in pkg/base.py; cq map --lang javascript
