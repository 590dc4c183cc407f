void f(struct obj *a)
{
    plain();
    a->b(1);
    a->b.c->d(x, y);
    (*pointer)(1);
    ((handler)cast)(2);
    table[3](4);
    get(1)(2);
    outer(inner(deep(1)), other());
    (void)ignored(), also(1);
    printf("%s\n" "call(me)", name(a)); /* call(too) */
    x = (type)(y);
    return wrap(sizeof(*a), (struct obj){ .v = init() });
}
