# A reader that goes away is no failure.
i=0; while [ $i -lt 3000 ]; do echo "def function_number_$i(argument): return $i"; i=$((i + 1)); done >src/big.py
{ cq outline src/big.py --format json; echo "exit $?" >&2; } 2>status | head -c 20 >/dev/null
{ cq outline src/big.py; echo "exit $?" >&2; } 2>>status | true
{ cq help --man; echo "exit $?" >&2; } 2>>status | true
cat status
