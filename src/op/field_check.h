// op/field_check.h - what the text and the JSON side of fields share; private to op/field*.c.
#ifndef CQ_OP_FIELD_CHECK_H
#define CQ_OP_FIELD_CHECK_H

#include "op/field.h"

// `label` is how the message names the field: "--depth", or a JSON pointer.
// Fails: BAD_REQUEST.
MUST_CHECK Fail check_choice(Arena *arena, const Field *field, Str label, Str value);
MUST_CHECK Fail check_range(Arena *arena, const Field *field, Str label, double value);
// What is to be given: the help, and the choices if there are some.
Str field_wanted(Arena *arena, const Field *field);
void list_add(Arena *arena, StrList *list, Str item);

static inline void *field_at(const Field *field, void *record)
{
    return (char *)record + field->offset;
}
static inline const void *field_in(const Field *field, const void *record)
{
    return (const char *)record + field->offset;
}

#endif
