# What is about the plan of a build goes with that alone.
cq index status --graph dot; echo $?
cq index verify --tables; echo $?
cq index watch --events e; echo $?
cq index --dry-run --events e; echo $?
ls
