// Layout macros between a tag and its name, and behind a body.
struct __packed header {
    int type;
    struct {
        int id;
    } __packed part;
};

static const union __packed word {
    int value;
} table[2];

struct registers {
    int low;
} __aligned(32) __packed;

typedef struct {
    int x;
} __packed point_t;

struct plain {
    int y;
} __data; // a variable

struct header *find(struct header *__packed);
