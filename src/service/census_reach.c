// service/census_reach.c - ways to the target that are no calls of it: its name in a string that is
// looked up, the target handed on as a value, decorators that keep it.
#include "service/census_.h"

enum { MOST_HAZARDS = 200 };

static const char *const reflective[] = {
    // Python
    "getattr", "hasattr", "setattr", "delattr", "attrgetter", "methodcaller", "import_string",
    "import_module", "__import__", "patch", "object", "multiple", "lazy_attr",
    // Ruby, PHP
    "send", "public_send", "__send__", "respond_to", "respond_to?", "method", "instance_method",
    "call_user_func", "call_user_func_array", "method_exists", "function_exists", "is_callable",
    // JVM, .NET, Go, C, Lua, JavaScript, Elixir
    "getMethod", "getDeclaredMethod", "getField", "getDeclaredField", "forName", "GetMethod",
    "GetType", "InvokeMember", "MethodByName", "FieldByName", "dlsym", "GetProcAddress", "rawget",
    "Reflect", "apply", "spyOn"};

// Decorators that do not keep what they are applied to.
static const char *const harmless[] = {"property",
                                       "setter",
                                       "getter",
                                       "deleter",
                                       "staticmethod",
                                       "classmethod",
                                       "abstractmethod",
                                       "overload",
                                       "override",
                                       "final",
                                       "wraps",
                                       "contextmanager",
                                       "asynccontextmanager",
                                       "cached_property",
                                       "lru_cache",
                                       "cache",
                                       "dataclass",
                                       "total_ordering",
                                       "unique",
                                       "deprecated",
                                       "Override",
                                       "Deprecated",
                                       "SuppressWarnings",
                                       "FunctionalInterface",
                                       "SafeVarargs",
                                       "Nullable",
                                       "inline",
                                       "derive",
                                       "must_use",
                                       "allow",
                                       "cfg",
                                       "doc",
                                       "test",
                                       "repr"};

static bool is_listed(const char *const *list, size_t count, Str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(name, str_from(list[i]))) return true;
    return false;
}

typedef struct Reach {
    Census *census;
    CensusTable *table;
    VEC(CensusHazard) found;
} Reach;

static void add_hazard(Reach *reach, const WorldFile *file, Span span, const char *kind, Str says)
{
    Code *code = reach->census->code;
    if (!code_filter_takes(&reach->census->filter, file->path, file->lang)) return;
    bool runs = strcmp(kind, "string") != 0;
    reach->table->reach += runs;
    reach->table->hazard_count++;
    if (reach->found.len >= MOST_HAZARDS) return;
    DefRef in = enclosing_ref(file, span.start);
    CensusHazard hazard = {.kind = str_from(kind),
                           .path = code_keep(code, file->path),
                           .text = code_line(file, span.start),
                           .says = says,
                           .place = code_place(file, span)};
    if (in.def != WORLD_NONE)
        hazard.enclosing = code_keep(code, world_qualified(code->world, file, in.def));
    VEC_PUSH(code->cx->arena, &reach->found, hazard);
}

// --- its name in strings ---

// The next place of the name before a quote, from `from` on; text.len when there is none.
static size_t next_quoted(Str text, size_t from, Str name)
{
    while (from < text.len) {
        const char *found = memmem(text.ptr + from, text.len - from, name.ptr, name.len);
        if (!found) break;
        size_t at = (size_t)(found - text.ptr), end = at + name.len;
        if (end < text.len && (text.ptr[end] == '"' || text.ptr[end] == '\'')) return at;
        from = at + 1;
    }
    return text.len;
}

static bool is_word_byte(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

// Whether the name is the last part of a string: "name", "pkg.mod.name", ":name". *start: of the
// string.
static bool ends_string(Str text, size_t at, size_t len, size_t *start)
{
    char quote = text.ptr[at + len];
    size_t from = at;
    while (from && (is_word_byte(text.ptr[from - 1]) || text.ptr[from - 1] == '.' ||
                    text.ptr[from - 1] == ':'))
        from--;
    *start = from;
    bool whole = from == at || text.ptr[at - 1] == '.' || text.ptr[at - 1] == ':';
    return whole && from && text.ptr[from - 1] == quote;
}

// Not in a comment that has its line to itself, nor quoted inside of a sentence.
static bool stands_alone(Str text, size_t start, size_t end)
{
    size_t line = start;
    while (line && text.ptr[line - 1] != '\n') line--;
    Str head = str_trim(str_sub(text, line, start));
    bool comment = str_starts(head, STR("#")) || str_starts(head, STR("//")) ||
                   str_starts(head, STR("*")) || str_starts(head, STR("--"));
    while (end < text.len && (text.ptr[end] == ' ' || text.ptr[end] == '\t')) end++;
    return !comment && (end >= text.len || strchr(")]},:;=!<>+|&?\r\n", text.ptr[end]));
}

typedef struct NameString { // the name, as it stands in a string
    const WorldFile *file;
    Span span;
    Str callee; // that looks it up, or empty
} NameString;

typedef VEC(NameString) NameStrings;

static bool has_string(Str text, Str name)
{
    size_t start;
    for (size_t at = 0; (at = next_quoted(text, at, name)) < text.len; at++)
        if (ends_string(text, at, name.len, &start)) return true;
    return false;
}

static void look_for_strings(const WorldFile *file, Str name, Arena *arena, NameStrings *out)
{
    size_t start;
    for (size_t at = 0; (at = next_quoted(file->text, at, name)) < file->text.len; at++) {
        if (!ends_string(file->text, at, name.len, &start)) continue;
        Span span = {(uint32_t)start, (uint32_t)(at + name.len)};
        const Call *call = call_around(file, span.start);
        Str callee =
            call ? str_sub(file->text, call->name_span.start, call->name_span.end) : STR_NONE;
        if (!is_listed(reflective, ARRAY_LEN(reflective), callee)) callee = STR_NONE;
        bool counts = callee.len || (start == at && stands_alone(file->text, start, span.end + 1));
        if (counts) VEC_PUSH(arena, out, (NameString){file, span, callee});
    }
}

// Files that only mention the name are not taken apart unless a string in them ends with it.
static void look_at_strings(Reach *reach)
{
    Code *code = reach->census->code;
    Str name = reach->table->subject.name;
    Arena *arena = code->cx->arena;
    NameStrings strings = {0};
    size_t count = 0;
    const uint32_t *users = world_users(code->world, name, &count);
    for (size_t i = 0; i < count; i++) {
        if (world_lang(code->world, users[i]) != reach->table->subject.lang) continue;
        const WorldFile *file = world_loaded(code->world, users[i]);
        Str text = file ? file->text : world_text(code->world, users[i]);
        if (!has_string(text, name)) continue;
        file = world_file(code->world, users[i]);
        if (file) look_for_strings(file, name, arena, &strings);
    }
    for (size_t i = 0; i < 2 * strings.len; i++) { // what is looked up goes first
        const NameString *string = &strings.items[i % strings.len];
        if ((string->callee.len > 0) != (i < strings.len)) continue;
        if (string->callee.len)
            add_hazard(
                reach, string->file, string->span, "reflection",
                str_format(arena, "its name is looked up by " STR_FMT, STR_ARG(string->callee)));
        else
            add_hazard(reach, string->file, string->span, "string",
                       STR("its name stands in a string"));
    }
}

// --- handed on ---

// The name that the value at `expr` is given; empty.
static Str held_by(const WorldFile *file, uint32_t expr)
{
    for (uint32_t i = 0; i < file->names.binding_count; i++)
        if (file->names.bindings[i].value == expr + 1) return file->names.bindings[i].name;
    return STR_NONE;
}

static void look_at_reference(Reach *reach, const Edge *edge)
{
    Arena *arena = reach->census->code->cx->arena;
    if (edge->kind != EDGE_REFERENCE || edge->told.role & ROLE_WRITTEN) return;
    if (edge->certainty == CERTAINTY_NAME_ONLY) return; // of whichever definition
    const WorldFile *file = world_file(reach->census->code->world, edge->file);
    const NameExpr *use = edge_expr(file, edge);
    if (!use || use->role & ROLE_WRITTEN) return;
    const Call *call = use->role & ROLE_ARGUMENT ? call_around(file, use->span.start) : NULL;
    Str holder = held_by(file, edge->expr), says = STR("used as a value");
    if (call)
        says = str_format(arena, "handed to " STR_FMT,
                          STR_ARG(str_sub(file->text, call->name_span.start, call->name_span.end)));
    else if (holder.len) says = str_format(arena, "held by " STR_FMT, STR_ARG(holder));
    add_hazard(reach, file, use->span, call ? "argument" : "value", says);
}

static void look_at_decorators(Reach *reach)
{
    const Subject *subject = &reach->table->subject;
    Code *code = reach->census->code;
    const WorldFile *file = world_file(code->world, subject->ref.file);
    for (uint32_t i = 0; i < file->names.note_count; i++) {
        const NameNote *note = &file->names.notes[i];
        if (note->kind != NOTE_DECORATOR || note->def != subject->ref.def + 1 || !note->expr)
            continue;
        const NameExpr *expr = &file->names.exprs[note->expr - 1];
        while (expr->op == EXPR_CALL && expr->base) expr = &file->names.exprs[expr->base - 1];
        Str name = names_text(expr, file->text);
        if (is_listed(harmless, ARRAY_LEN(harmless), name)) continue;
        add_hazard(reach, file, expr->span, "decorator",
                   str_format(code->cx->arena, "handed to its decorator " STR_FMT, STR_ARG(name)));
    }
}

void census_hazards(Census *census, const Edges *edges, CensusTable *table)
{
    Reach reach = {.census = census, .table = table};
    const Subject *subject = &table->subject;
    bool runs = subject->kind == DEF_FUNCTION || subject->kind == DEF_METHOD;
    if (subject->ref.def == WORLD_NONE) return;
    for (size_t i = 0; i < MIN(table->hazard_count, (size_t)MOST_HAZARDS); i++)
        VEC_PUSH(census->code->cx->arena, &reach.found, table->hazards[i]);
    look_at_decorators(&reach);
    for (size_t i = 0; i < edges->count && runs; i++) look_at_reference(&reach, &edges->items[i]);
    look_at_strings(&reach);
    table->hazards = reach.found.items;
    table->hazard_count = reach.found.len;
}
