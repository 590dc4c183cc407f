// main.c
#include <string.h>

#include "app/worker.h"
#include "door/cli.h"

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], WORKER_ARGUMENT)) return worker_main();
    return cli_main(argc, argv);
}
