# A repository whose commits are always the same.
commit() { # DAY MESSAGE
    GIT_AUTHOR_DATE="2024-05-0$1T10:00:00Z" GIT_COMMITTER_DATE="2024-05-0$1T10:00:00Z" git \
        -c user.name="Ada L" -c user.email=ada@example.org -c commit.gpgsign=false commit -qam "$2"
}
git init -q .
printf 'int a;\nint b;\nint c;\n' >one.c && git add one.c && commit 1 "Begin"
printf 'int a;\nint b = 2;\nint c;\n' >one.c && commit 2 "b has a value"
git mv one.c "two words.c" && commit 3 "Another name"
mkdir sub
for what in none.c "two wrds.c" sub "two words.c:9" "two words.c:3-2" / .; do
    cq blame "$what" || echo "exit $?"
done
git init -q inner && echo "int i;" >inner/i.c && git -C inner add i.c
cq blame inner/i.c || echo "exit $?"
cq history "two wrds.c" || echo "exit $?"
cd "$TMPDIR" && echo >x.c && cq blame x.c || echo "exit $?"
