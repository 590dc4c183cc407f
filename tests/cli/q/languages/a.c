#include <stdio.h>
#define LIMIT 1
#define TWICE(x) ((x) * 2)
typedef int alias;
struct square { int side; };
union bits { int i; };
enum kind { A, B };
static int count;
int make(void);
int make(void) { return TWICE(count); }
void test_make(void) { make(); }
