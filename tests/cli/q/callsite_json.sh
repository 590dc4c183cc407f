cq q 'entity=callsite name=App' --format json | sed 's/,"sections".*//; s/.*"findings"://'
