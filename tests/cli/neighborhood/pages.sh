# Pages of a slice: together they are all of it, whatever their size.
cp -R "$CQ_CASES/../calls/tree/." .
for i in 1 2 3 4 5 6 7; do printf 'def f%d():\n    run_save(%d)\n' $i $i; done >>pkg/app.py
cq nb run_save --slice callers --top-k 3
cq nb run_save --slice callers --top-k 3 --offset 3
all() { cq nb run_save --slice callers --top-k 100 --format lines; }
pages() { for from in 0 4 8; do cq nb run_save --slice callers --top-k 4 --offset $from --format lines; done; }
all >whole; pages | cmp - whole && grep -c . whole
