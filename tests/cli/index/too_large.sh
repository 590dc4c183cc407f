# A file left out for its size is no change, however young it is.
echo 'int a;' >a.c
head -c 2000000 /dev/zero | tr '\0' 'x' >large.txt
cq index | grep -E "^(read|skipped)"
cq index | grep -E "^(read|nothing|changes)"
cq index status | grep since
echo more >>large.txt
cq index status | grep since
