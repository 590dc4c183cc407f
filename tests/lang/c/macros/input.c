#define EMPTY
#define LIMIT 10
#define TEXT "call(me)" /* a comment */
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define NOT_A_FUNCTION (x)
#define CALL(obj, ...) obj->ops->run(obj, "s", __VA_ARGS__) // end
# define SPACED ( a ) first(1) + second(f(2), 3)
#define LOOP(n) \
    do { /* inside */ \
        if (n) start(n); \
        while (sizeof(n)) stop(arr[i].handler(n), 'c'); \
    } while (0)
#define PASTE(name) name##_init() + init_##name()
#define WITH_COMMENT(a) a /* middle */ + tail(a)
#undef EMPTY

#if defined(LIMIT) && HAS(feature)
int x = MAX(1, LIMIT);
#elif CHECK(1)
int y;
#endif

DEFINE_LIST(items);
static LIST_HEAD(head);
DEFINE_TEST(first_test) { check(1); }
SYSCALL_DEFINE2(read, int, fd, char *, buf)
{
    return do_read(fd, buf);
}
int use(void)
{
    for_each_item(i, list) { visit(i); }
    RUN(1)
    return 0;
}
