# Counted and written although the operation failed.
cq outline missing.c --metrics cq.prom
code=$?
grep '^requests_total' cq.prom
exit $code
