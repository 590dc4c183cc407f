cq search ''
