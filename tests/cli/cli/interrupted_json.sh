mkfifo pipe; sleep 20 >pipe & writer=$!
cq outline src/a.py - --lang py --format json <pipe >out & cq=$!
sleep 3; kill -TERM $cq; wait $cq; code=$?; kill $writer
grep -o "\"interrupted\":[a-z]*" out; grep -c alpha out; exit $code
