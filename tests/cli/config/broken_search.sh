# Nothing runs with a broken file: not a search, not cq config show itself.
printf 'parallelism:\n  cpu_workrs: 3\n' >.cq.yaml
cq search needle; echo $?
cq outline src/a.c; echo $?
cq config show; echo $?
cq search needle --no-config --format lines; echo $?
