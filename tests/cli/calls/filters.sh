# Filters come before the limit; totals stay, and nothing is taken from the calls that are left.
cq calls Store.save --certainty likely,name_only --exclude pkg/app.py
cq calls Store.save --in tests --format lines
cq calls Store.save --include 'pkg/b*' --format lines
cq calls Store.save --lang javascript | sed -n 3p
cq calls run_save --certainty exact --limit 1 --format json | grep -o '"arguments":{[^}]*}'
