cq search x --classfy all
