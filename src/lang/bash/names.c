// lang/bash/names.c - what binds and uses names in Bash: functions, and commands that may be one.
//
// Functions have one name space for the whole script, wherever they stand; `source` takes all names
// of a file. Aliases are not bound, as scripts do not expand them; nor are variables followed:
// "$cmd" runs what nobody knows.
#include "lang/bash/bash.h"

static bool is_plain(Str text, Span name)
{
    return name.end > name.start && (!name.start || !strchr("${/", text.ptr[name.start - 1]));
}

// All is in the facts already.
static uint32_t leave_program(Naming *n, TSNode node, uint32_t value)
{
    (void)node;
    const Facts *facts = n->facts;
    for (uint32_t i = 0; i < facts->def_count; i++) {
        const Def *def = &facts->defs[i];
        if (def->kind != DEF_FUNCTION) continue;
        naming_bind(n, BIND_DEF, 0, def->name_span)->target = i + 1;
    }
    for (uint32_t i = 0; i < facts->import_count; i++) {
        NameImport *import = naming_import(n, 0, facts->imports[i].name_span);
        import->module = facts->imports[i].module;
        import->name = STR("*");
        NameBinding *binding = naming_last(n);
        binding->kind = BIND_STAR;
        binding->name = STR("*");
    }
    for (uint32_t i = 0; i < facts->call_count; i++) {
        Span name = facts->calls[i].name_span;
        if (!is_plain(n->text, name)) continue;
        naming_role(n, naming_expr(n, EXPR_NAME, name, 0, 0), ROLE_CALLED);
    }
    return value & 0;
}

static bool enter_function(Naming *n, TSNode node)
{
    TSNode name = extract_child(n->x, node, F_NAME);
    uint32_t def = ts_node_is_null(name) ? 0 : naming_def(n, ts_node_start_byte(name));
    naming_open(n, SCOPE_FUNCTION, node, def);
    return true;
}

const NameRule bash_name_rules[] = {
    {"program", .leave = leave_program},
    {"function_definition", .name = "name", .enter = enter_function},
    {0},
};
