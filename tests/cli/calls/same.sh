# The same bytes twice, with one thread and two, without an index and with one, and when files changed since.
answer() { cq calls Store.save --depth 3 --callees "$@"; cq nb Store "$@"; cq map "$@"; }
bare() { sed 's/"argv":[^]]*\],//; s/"started":"[^"]*"//; s/"elapsed_ms":[0-9.]*//; s/"index":{[^}]*}//'; }
answer >first && answer --threads 1 | cmp - first && answer --threads 2 | cmp - first
answer --format json | bare >json
cq index build >"$TMPDIR/built" && answer | cmp - first && answer --format json | bare | cmp - json
echo 'Shop("z").save(1)' >>pkg/app.py && answer >changed
cmp -s changed first || echo changed
cq index build >"$TMPDIR/built" && answer | cmp - changed
