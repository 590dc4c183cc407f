# With a Redis, commands of a session look where its scope says; an argument goes before it.
# needs-program: redis-server
export CQ_REDIS_URL="unix:$PWD/redis.sock" CQ_SESSION=s CQ_RUNTIME_REDIS_TIMEOUT_MS=20000
mkdir server client
echo 'int thing;' >server/a.c && echo 'int thing;' >client/b.c && echo 'thing' >server/c.txt
redis-server --port 0 --unixsocket "$PWD/redis.sock" --save '' --dir . --logfile /dev/null &
while ! redis-cli -s redis.sock ping >/dev/null 2>&1; do sleep 0.05; done
cq scope set --in server --lang c | sed 's/for [0-9]* s/for N s/'
cq search thing --format lines
cq search thing --format lines --in client
cq search thing --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["run"]["scope"])'
cq find thing --format lines
cq scope set --in server --glob '*.c' | sed 's/for [0-9]* s/for N s/'
cq find thing --format lines
cq doctor redis
cq scope clear
cq search thing --format lines | wc -l
kill $!
wait
