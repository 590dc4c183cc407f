# --threads counts the caller; 0 is the default again, whatever the file says.
key=parallelism.cpu_workers
cq config show $key | sed -n 3p
cq config show $key --threads 1 | sed -n 3p
cq config show $key --threads 1024 | sed -n 3p
cq config show $key --threads 0 | sed -n '3s/ [0-9]* / N /p'
