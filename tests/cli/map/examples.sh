# The examples of the documentation.
cp -R "$CQ_CASES/../calls/tree/." .
cq map | head -n 2; cq map --budget 500 --in pkg | head -n 2; cq map --format dot; cq map --format mermaid
