// lang/javascript/names.h - what binds and uses names in JavaScript, TypeScript and TSX: hooks.
//
// The rules are in names.def, jsx_names.def and ../typescript/names.def; each language includes
// what it has. Fields that only TypeScript has are asked for here, too: in JavaScript they are
// never there.
// Threads, memory: as naming.h says.
#ifndef CQ_LANG_JAVASCRIPT_NAMES_H
#define CQ_LANG_JAVASCRIPT_NAMES_H

#include "lang/naming.h"
#include "lang/typescript/typescript.h"

extern const NameRule javascript_name_rules[];
extern const NameRule typescript_name_rules[];
extern const NameRule tsx_name_rules[];

// Definitions and scopes.
NameEnter js_enter_function, js_enter_class, js_enter_object, js_enter_block;
NameLeave js_leave_function, js_leave_method, js_leave_class, js_leave_class_body, js_leave_object;
NameLeave js_leave_parameters, js_leave_field, js_leave_pair, js_leave_shorthand, js_leave_spread;
NameLeave js_leave_heritage, js_leave_decorator, js_leave_return;
// Statements.
NameEnter js_enter_import;
NameEnter js_enter_export;
NameLeave js_leave_export, js_leave_declarator, js_leave_assignment, js_leave_augmented;
NameLeave js_leave_for, js_leave_catch, js_leave_unbound, js_leave_export_name;
// Expressions.
NameLeave js_leave_call, js_leave_new, js_leave_this, js_leave_binary, js_leave_sequence;
NameLeave js_leave_jsx;

bool js_is(TSNode node, const char *type); // a null node is nothing
Str js_text(const Naming *n, TSNode node); // likewise
TSNode js_child(const Naming *n, TSNode node, unsigned field);
Span js_bare_span(TSNode name);                   // of a name or string, without quotes
void js_note_decorators(Naming *n, uint32_t def); // those among the kids
// require("m"), import("m"): a name for the module; 0: the call is none of these.
uint32_t js_module_value(Naming *n, TSNode call);
// left = right: whether that is an export: module.exports = ..., exports.x = ...
bool js_assign_export(Naming *n, TSNode left, TSNode right, uint32_t value);
uint32_t js_def_named(const Naming *n, TSNode name);                // without quotes; 0: none
void js_note_bases(Naming *n, uint32_t def, uint32_t except_value); // all kids that have a value
typedef struct JsTarget {
    BindKind kind; // PARAM or LOCAL
    uint32_t scope;
    bool again; // an assignment: it declares nothing
} JsTarget;
// Binds what `pattern` names to the parts of `value` (1 + index, or 0).
void js_bind(Naming *n, const JsTarget *target, TSNode pattern, uint32_t value, uint32_t type);

#endif
