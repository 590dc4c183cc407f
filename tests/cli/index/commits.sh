# The commit, what is not committed, and of how many files the last commit is known.
look() { cq index "$@" --format json | python3 -c '
import json, sys
s = json.load(sys.stdin)["summary"]
print(s["branch"], len(s["commit"]), *(s[k] for k in ("dirty", "untracked", "commit_files", "commits_read", "commits_complete")))'; }
export GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_COMMITTER_DATE='2020-01-01T00:00:00Z'
git init -q -b main . && git config user.email a@x && git config user.name A
cq index | sed -n '/^commit/p;/^limits/p'
echo 'int a;' >a.c && echo 'int b;' >b.c && git add . && git commit -qm one
look
echo 'int c;' >c.c && echo 'int bb;' >b.c
look status
git add . && git commit -qm two
look; look status
cq index | sed -n '/^commit/s/commit: [0-9a-f]*/commit: ID/p'
git checkout -q --detach && look status
