# Worker processes give the same answer, byte for byte, in every format.
cq outline . >here && cq outline . --isolate
cq outline . --isolate | cmp - here
cq outline . --format lines >here && cq outline . --isolate --format lines | cmp - here
strip() { sed 's/"argv":[^]]*\],//; s/"started":"[^"]*"//; s/"elapsed_ms":[0-9.]*//'; }
cq outline . --format json | strip >here && cq outline . --isolate --format json | strip | cmp - here
cq outline --lang python - <app.py >here && cq outline --lang python --isolate - <app.py | cmp - here
