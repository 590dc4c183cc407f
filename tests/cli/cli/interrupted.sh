# Stopped while it waits for its input: says so, and ends by the signal.
mkfifo pipe; sleep 20 >pipe & writer=$!
cq outline --lang c - <pipe & cq=$!
sleep 3; kill -TERM $cq; wait $cq; code=$?; kill $writer; exit $code
