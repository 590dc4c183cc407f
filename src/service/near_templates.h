// service/near_templates.h - what is around a template: the templates it is made of, those that are
// made of it, what it offers to them, and where programs name it.
//
//   {% extends "base.html" %} -> of the files whose path ends so, those nearest to it;
//                                one: likely, several: name_only
//
// Threads: of the Code. Memory: its arena. Blocks: reads the files that mention its name.
#ifndef CQ_SERVICE_NEAR_TEMPLATES_H
#define CQ_SERVICE_NEAR_TEMPLATES_H

#include "service/neighborhood.h"

typedef void NearTake(void *arg, NearSlice slice, const NearNode *node);

// Calls `take` for blocks and macros (children), imports, importers, and strings in programs
// (references). Nothing when the file is no template.
void near_templates(Code *code, const CodeFilter *filter, uint32_t file, NearTake *take, void *arg);

#endif
