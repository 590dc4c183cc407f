cq q entity=function decorated_by=route; cq q entity=struct decorated_by=derive; cq q entity=any decorator_count_min=2 fields=decorators; cq q entity=class decorator_count_max=0 lang=python
