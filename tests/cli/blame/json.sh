# stdout: unchecked
# A repository whose commits are always the same.
commit() { # DAY MESSAGE
    GIT_AUTHOR_DATE="2024-05-0$1T10:00:00Z" GIT_COMMITTER_DATE="2024-05-0$1T10:00:00Z" git \
        -c user.name="Ada L" -c user.email=ada@example.org -c commit.gpgsign=false commit -qam "$2"
}
git init -q .
printf 'int a;\nint b;\nint c;\n' >one.c && git add one.c && commit 1 "Begin"
printf 'int a;\nint b = 2;\nint c;\n' >one.c && commit 2 "b has a value"
git mv one.c "two words.c" && commit 3 "Another name"
cq blame "two words.c:2" --format json
