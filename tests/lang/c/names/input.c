#include "server.h"
#include <stdio.h>

#define LIMIT 100
#define ALIAS ztrymalloc
#define serverAssert(e) ((e) ? (void)0 : _serverAssert(#e, server.port, e->len(LIMIT)))
#define DEF(name) void name##Command(client *c) { int fd = open(c->path); wrap(name, &fd); }
#define LIST \
    do { struct node *it = head(LIST_SIZE); it->next = NULL; } while (0)

typedef struct client client;
typedef struct {
    int id;
    struct client *owner, **rest;
    void (*proc)(client *c);
    union { int n; sds text; };
    struct { int x; } at;
} Job, *JobRef;
typedef int Handler(client *c, Job *job);
typedef struct list *(*Maker)(void);
struct client { int fd; Handler *handler; struct deep { int z; } d; };
enum color { RED, GREEN = LIMIT };
static struct { client *current; } shared;
extern struct redisServer server;
int prototype(client *c, void *data);
static client *lookup(int id);
struct list *all, *some = NULL;

static struct command table[] = {
    {"get", getCommand, 2},
    {.name = "set", .proc = setCommand, .sub = {.arity = limit(3)}},
};

static inline client *createClient(int fd, Job *job, int (*cb)(Job *j)) {
    client *c = zmalloc(sizeof(*c)), *other = lookup(fd);
    struct list *l = listCreate(), copy;
    Handler *h = c->handler;
    int (*fn)(int) = pick;
    char *s = sdsnew("x");
    serverAssert(c != NULL && lookup(fd));
    c->fd = fd;
    c->handler = onRead;
    c->handler = h;
    job->owner->handler(c, job);
    job->proc(c);
    h(c, job);
    fn(1);
    (*fn)(2);
    cb(job);
    ((Job *)l->value)->proc(c);
    (void)job->rest[0]->fd;
    for (int i = 0; i < fd; i++) { Job *c = next(i); c->proc(NULL); }
    shared.current = fd ? c : other;
    copy = (struct list){.free = freeIt};
    qsort(l, 1, 2, compare);
    aeCreate((aeProc *)onWrite, &onRead);
    job->at.x = RED;
    extern int elsewhere;
    elsewhere = (client)(fd);
    return (struct client *)some->head;
}

int old(a, b, f) int a; struct list *b; int (*f)(); { return b->len + f(a); }

#ifdef HAVE_X
void both(void) { one(); }
#else
void both(void) { two(); }
#endif

DEFINE_TEST(first) { check(first); }
NAME(one, two) { run(one); }
#if OTHER(1) && defined(SET)
#endif
