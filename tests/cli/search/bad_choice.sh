cq search x --classify sometimes
