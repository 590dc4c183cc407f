# Alternatives of one definition: each with the #if that it stands under, and the same calls.
cd "$TMPDIR" && mkdir src && cd src || exit
cat >a.c <<'EOF'
#ifndef A_C
#define A_C
#ifdef HAVE_EPOLL
int wait_for(int fd) { return fd; }
#elif WINDOWS > 1
int wait_for(int fd) { return 0; }
#else
int wait_for(int fd) { return -fd; }
#endif
int main(void)
{
    return wait_for(2);
}
#endif
EOF
cq calls wait_for
