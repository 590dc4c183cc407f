cp -R "$CQ_CASES/../calls/tree/." .
cq nb Stoer
