// resolve/generic.h - what the type parameter of a generic type stands for, where its argument is
// written: Box<Foo> b; b.get() of `T get()` is a Foo. Private to resolve/.
//
// Types with one parameter only; and those derived from one: class Foos extends Box<Foo>.
//
// Threads, Memory: as the Resolver's.
#ifndef CQ_RESOLVE_GENERIC_H
#define CQ_RESOLVE_GENERIC_H

#include "resolve/value.h"

// What calling `callee`, a member of `object`, gives; false: nothing is to be put in.
bool generic_call(Resolver *r, const Values *object, const Values *callee, Values *out);
// Likewise what reading the field `field` gives.
bool generic_field(Resolver *r, const Values *object, const Values *field, Values *out);

#endif
