# A path comes first, with its head; a line of it is shown; a member is no path.
cq find src/ring.c --limit 2
cq find ring.c:8 --limit 1
cq find src/rign.c:8 --limit 1 --format json | sed 's/.*"kind":"\([a-z]*\)","terms".*/\1/'
cq find "what is wrong in src/cache.py, line 16?" --limit 1
