# A workspace without an index, then with one that a file has outgrown; nothing is built by looking.
export GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_COMMITTER_DATE='2020-01-01T00:00:00Z'
git init -q -b main . && git config user.email a@x && git config user.name A
echo 'int a;' >a.c && git add . && git commit -qm one
look() { cq status "$@" | sed "s#-[0-9a-f]\{16\}\$#-ID#
    s/[0-9]* s old/N s old/; s/^commit     [0-9a-f]*/commit     ID/; s/[0-9.]* KiB/N KiB/
    /^capabilities/,\$d; /^\$/d"; }
look
cq index build >/dev/null
echo 'int b;' >b.c
look
look --no-files
