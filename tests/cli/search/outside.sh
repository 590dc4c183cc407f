cq search x --in ../..
