// retrieve/query_.h - private to query*.c.
#ifndef CQ_RETRIEVE_QUERY__H
#define CQ_RETRIEVE_QUERY__H

#include "retrieve/query.h"

// Sets `refs` of a query that has its text.
void query_find_refs(Arena *arena, Query *query);
// Spaces instead of what has a '/' or '\' in it.
void query_blank_paths(char *text, size_t len);

#endif
