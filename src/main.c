// main.c
#include <string.h>

#include "door/cli.h"
#include "lang/parse.h"

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], PARSE_WORKER_ARGUMENT)) return parse_worker_main();
    return cli_main(argc, argv);
}
