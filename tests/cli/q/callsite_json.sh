cq q 'entity=callsite name=App' --format json | sed 's/.*"findings"://'
