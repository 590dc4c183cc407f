cq q entity=function scope=closure; cq q entity=function scope=nested; cq q entity=function scope=toplevel in=src/views.py
