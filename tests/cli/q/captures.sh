cq q entity=function captures=counter; cq q entity=function has_cells=true; cq q entity=function has_cells=false in=src/views.py
