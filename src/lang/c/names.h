// lang/c/names.h - rules for names that C and C++ share; see NameLeave and NameEnter.
#ifndef CQ_LANG_C_NAMES_H
#define CQ_LANG_C_NAMES_H

#include "lang/c/c.h"

// Whether a child of the node being left is the word `word` in front of a declaration.
bool c_has_specifier(const Naming *n, const char *word);
// Binds the name that a declarator gave as its value; BIND_DEF where Facts have a definition.
NameBinding *c_bind_name(Naming *n, BindKind kind, uint32_t scope, uint32_t name);
// What is written for a name: its type, or what calling it returns.
void c_set_type(Naming *n, NameBinding *binding, TSNode declarator, uint32_t type);
// Whether what a variable is set to says more than its written type does.
bool c_says_more(const Naming *n, uint32_t value, uint32_t type);
// What the declarator behind an unnamed struct names: a typedef, a variable, or a field.
// *member: there is none, so that what it holds belongs to the struct around.
uint32_t c_unnamed_def(const Naming *n, bool *member);

NameLeave c_leave_parameter, c_leave_parameters, c_leave_initialized, c_leave_type_name;
NameLeave c_leave_cast, c_leave_assignment, c_leave_pair, c_leave_typedef, c_leave_field;
NameEnter c_enter_include;

#endif
