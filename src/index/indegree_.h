// index/indegree_.h - what counts in an indegree; private to index/indegree*.c.
#ifndef CQ_INDEX_INDEGREE__H
#define CQ_INDEX_INDEGREE__H

#include "index/corpus.h"

enum { INDEGREE_SHORTEST_NAME = 4, INDEGREE_MOST_DEFINERS = 2 };

bool indegree_counts(const LexDef *def);
// Whether what a file of the part holds counts as a use.
bool indegree_is_user(const CorpusPart *part, uint32_t local_file);

#endif
