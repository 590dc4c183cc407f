# What was read is published though no other I/O thread can help.
rm -rf ./* && printf 'int ring_step(int n)\n{\n    return n + 1;\n}\n' >ring.c
export CQ_RUNTIME_IO_WORKERS=1
timeout 20 cq find ring_step >answer || echo "exit code $?"
cq index status | grep -c '^version 1'
