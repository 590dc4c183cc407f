cq search needle --timeout 0.000001 --format json >out.json
code=$?
grep -o '"timed_out":true' out.json
exit $code
