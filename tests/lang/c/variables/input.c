int counter;
extern int elsewhere;
extern int defined_here = 1;
static const int LIMIT = 10;
const char *text = "a";
char *const fixed = 0;
int a = 1, *b = &a, c[2] = { 1, 2 }, proto(int), (*function_pointer)(int);
static const struct option options[] = {
    { "help", print_help(1), },
    { .name = "x", .run = start },
};
int sum = sizeof(struct node) + (int)compute(a);

void f(void)
{
    static int not_reported;
    node *n = create(), *m;
    for (int i = 0; i < 3; i++) n = next(n);
}
