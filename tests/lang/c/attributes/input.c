REDIS_NO_SANITIZE("bounds")
void checked(void) { run(); }
static inline __must_check int must(int a) { return a; }
void __init setup(void) { }
API int exported(int a);
API void (*hook)(int a, char *b);
API const char *(*name_hook)(void);
LIB_API lib_State *lib_new (lib_State *L) { return L; }
RETURN_TYPE another_macro odd_name (int a) { return a; }
FORMAT(1, 2) static const char *formatted(const char *f)
{
    return f;
}
int unused(int argc UNUSED, char **argv UNUSED) { return 0; }
static noreturn_macro
void split(void)
{
    stop();
}
