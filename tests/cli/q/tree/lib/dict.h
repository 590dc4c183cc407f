#ifndef DICT_H
#define DICT_H
#define DICT_OK 0
#define DICT_MAX(a, b) ((a) > (b) ? (a) : (b))
struct dict;
enum state { IDLE, BUSY };
typedef union value {
    int i;
    char *s;
} value;
struct entry {
    value v;
    struct entry *next;
};
int dictFind(struct dict *d, const char *key);
#endif
