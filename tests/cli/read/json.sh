# stdout: unchecked
printf 'int a;\nint \xff b;\n' >one.c
cq read one.c --format json
