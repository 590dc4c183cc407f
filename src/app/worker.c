// app/worker.c
#include "app/worker.h"

#include "lang/parse.h"
#include "service/sql.h"

int worker_main(void)
{
    Parser *parser = NULL;
    const WorkHandler handlers[] = {parse_work_handler(&parser), {SQL_TASK, sql_work, NULL}};
    int status = worker_serve(handlers, ARRAY_LEN(handlers));
    parser_free(parser);
    return status;
}
