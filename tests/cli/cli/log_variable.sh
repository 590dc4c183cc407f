CQ_LOG=info cq outline src/a.py 2>&1 >/dev/null | grep -c op.done; CQ_LOG=info cq outline src/a.py --log-level error 2>&1 >/dev/null | grep -c op.done
