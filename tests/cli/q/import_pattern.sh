# Patterns with a metavariable where the grammar wants a string, and calls that only look like some.
cq q 'pattern="import { $$$ } from $M"' --format lines
cq q 'pattern="import $X from $M"' --format lines
printf 'int a = sizeof(int);\nint b = sizeof(a);\n' >lib/size.c
cq q 'pattern="sizeof($X)" in=lib' --format lines
