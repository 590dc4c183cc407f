cp -R "$CQ_CASES/../calls/tree/." .
cq nb Store --slice calers
