cq outline
