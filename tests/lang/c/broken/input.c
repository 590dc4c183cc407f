int before(void) { return 1; }

#ifdef WINDOWS
int branch(int a) {
#else
int branch(char *b) {
#endif
    return work(b);
}

static int unclosed(int x)
{
    if (x) {
        call(x);
#ifdef DEBUG
    } else {
        other(x);
#endif

static int after(int y)
{
    return y;
}

struct kept { int a; };

int call_missing(void) { return f(1; }
int last(void) { return before(); }
