cq outline bin/data.c
