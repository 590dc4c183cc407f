# The examples of the documentation.
cp -R "$CQ_CASES/../calls/tree/." .
cq nb Store.save | head -n 3; cq nb pkg/store.py:10 | head -n 1
cq nb Store.save --slice callers --top-k 2 --offset 2; cq nb Store --format dot; cq nb Store.save --slice callers --format mermaid
