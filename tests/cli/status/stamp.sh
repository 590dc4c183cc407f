# The stamp is another one when, and only when, something else can be asked.
stamp() { cq status --format json | python3 -c '
import json, sys
print(json.load(sys.stdin)["summary"]["capabilities"]["stamp"])'; }
echo 'int a;' >a.c
one=$(stamp) two=$(stamp)
three=$(CQ_RUNTIME_FIND_DENSE=off stamp)
cq index >/dev/null
four=$(stamp)
[ "$one" = "$two" ] && echo same
[ "$one" = "$three" ] || echo other settings
[ "$one" = "$four" ] || echo other index
