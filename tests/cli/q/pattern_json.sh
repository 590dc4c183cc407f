cq q 'pattern="$F($$$ARGS)" $F=~^build in=src/views.py' --format json | sed 's/,"sections".*//; s/.*"findings"://'
