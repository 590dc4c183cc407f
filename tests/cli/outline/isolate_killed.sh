# A worker that is killed from outside in the middle of its task: the task is done by another. When
# cq itself is killed, its workers are gone, too.
CQ_TEST_CRASH_ON='hang:crlf' cq outline crlf.py --isolate --timeout 60 2>/dev/null &
of() { cat /proc/"$1"/task/*/children 2>/dev/null | tr " " "\n" | grep .; }
await() { # the first worker of cq, other than $2
    while worker=$(of "$1" | head -n 1); [ -z "$worker" ] || [ "$worker" = "$2" ]; do sleep 0.02; done
    echo "$worker"
}
first=$(await $! 0)
kill -9 "$first"
second=$(await $! "$first")
echo replaced
kill -9 $!
wait $! 2>/dev/null
while kill -0 "$second" 2>/dev/null; do sleep 0.02; done
echo gone
