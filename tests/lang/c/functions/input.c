#include <stdio.h>
#include "local.h"
#include CONFIG_HEADER

int plain(void) { return 0; }
static inline int *pointer(const char *s, size_t n) { return NULL; }
struct node *make_node(void)
{
    return NULL;
}
int (*choose(int which))(int) { return 0; }
void (parenthesized)(int a) {}
int old_style(a, b)
    int a;
    char *b;
{
    return a;
}
unsigned long long
split_over(struct node *n, /* the node */
           enum color c)
{
    int local = 1;
    int proto_inside(int);
    struct inner { int x; } i;
    return n->count;
}

int proto(int a, char *b);
extern void *proto_pointer(void), *second(int);
__attribute__((format(printf, 1, 2))) void log_it(const char *fmt, ...) __attribute__((cold));
int main(int argc, char **argv) { return plain(); }
