cq help outline
