# What find answers without a look at the files is never kept by a plan; what it answers of now is.
printf 'int alpha;\n' >a.c
cq index >/dev/null
sleep 2.2 # so that no file is racy
ask() { cq run --step find id=f question=alpha "$@" | sed -n 's/^f  find *success *\(from store\)*.*/kept: \1/p'; }
ask && ask
ask stale_ok=true && ask stale_ok=true
