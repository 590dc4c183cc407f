/* A named struct with a typedef. */
typedef struct node {
    int a, *b[3];          // trailing comment
    void (*callback)(struct node *n, int);
    /** Documented field. */
    unsigned flag : 3;
    struct { int x, y; } point;
    union { int i; float f; };
    struct node *next;
} node, *node_ptr;

typedef struct { int q; } anonymous;
typedef enum { RED, GREEN = 2 } color;
typedef union value { long l; } value;
typedef int (*compare)(const void *, const void *);
typedef unsigned long ulong_t, *ulong_p;
typedef int matrix[3][3];
struct forward;
struct plain { struct forward *f; };
enum level { LOW = 1, HIGH } current = LOW;
static struct { int hidden; } state;
struct config { int v; } const defaults = { 1 };
