# As cells of a plan, in its order; the files that a search finds can limit a census.
cq run --step neighborhood 'id=around' 'target=Store' --step calls 'id=of' 'target=Store.save' --step map 'id=map' | sed -n '/^around$/,$p'
