# Made, found unchanged, brought up to date, rolled back, pruned. Times and folders differ.
tidy() { sed -E "s/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/TIME/; s/-[0-9a-f]{16}$/-KEY/; s/[0-9.]+ (bytes|[KM]iB)/SIZE/g; s/\([0-9.]+\)/(RATIO)/"; }
printf 'int ring_step(int n)\n{\n    return n + 1;\n}\n' >ring.c
printf '# Keys\n\nHow keys are built.\n' >keys.md
printf 'a\0b' >data.bin
cq index | tidy; echo; cq index | tidy
rm keys.md; echo 'def more(): pass' >more.py
echo; cq index status | tidy; echo; cq index | tidy; echo; cq index versions | tidy
echo; cq index verify | tidy; cq index rollback | tidy; cq index prune --keep 1 | tidy
