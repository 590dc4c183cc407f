# needs: libduckdb.so
# The tables of cq sql follow a build once they are there, with the last commits.
export GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_COMMITTER_DATE='2020-01-01T00:00:00Z'
git init -q -b main . && git config user.email a@x && git config user.name Ada
printf 'int ring_step(int n)\n{\n    return n + 1;\n}\n' >ring.c
git add . && git commit -qm one
state() { cq index "$@" --format json | python3 -c '
import json, sys
print(*(c["state"] + ": " + c.get("reason", "") for c in json.load(sys.stdin)["summary"]["cells"] if c["op"] == "duckdb.upsert"))'; }
state; state; state --tables; state
cq sql 'select path, lines, author, time from files join last_commits using (path) order by path' --stale-ok
echo 'int more;' >more.c; echo 'int new;' >new.c; git add more.c && git commit -qm two
state
cq sql 'select path, lines, author, time from files left join last_commits using (path) order by path' --stale-ok
