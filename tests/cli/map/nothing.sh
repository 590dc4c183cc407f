cp -R "$CQ_CASES/../calls/tree/." .
cq map --in docs
