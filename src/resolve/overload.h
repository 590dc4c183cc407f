// resolve/overload.h - which of several functions of one name a call means. Private to resolve/.
//
// Threads, Memory: as the Resolver's.
#ifndef CQ_RESOLVE_OVERLOAD_H
#define CQ_RESOLVE_OVERLOAD_H

#include "resolve/value.h"

// Of `values`, what the name `expr` (an index) means where it is called, leaves what the arguments
// fit; Java's get what bases have of that name. What is no function is left as it is. Where the
// arguments do not tell, all that fit are likely.
void overloads_choose(Resolver *r, WorldFile *file, uint32_t expr, Values *values);

#endif
