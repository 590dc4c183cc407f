# Callers of callers: a cycle is marked and not followed; callees with what is outside.
cq calls loop --depth 5 --callees; cq calls Store._write --depth 4 --callees
