printf 'int a;\nint b;\nint c;\nint d;' >one.c && : >empty.c
cq read one.c
cq read one.c:2-3
cq read --around 1 one.c:3
cq read --limit 2 one.c
cq read --max-bytes 12 one.c:2-4
cq read empty.c || echo "exit $?"
