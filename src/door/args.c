// door/args.c
#include "door/args.h"

#include "base/nearest.h"
#include "door/help.h"

typedef struct Table { // fields, the record they fill, and which of them were given
    const Field *fields;
    void *record;
    bool *given;
} Table;

typedef struct Parser {
    Arena *arena;
    StrList argv;
    size_t at; // the word to look at next
    Table command, global;
    const Field *words_of; // an option whose item the bare words behind it continue, or NULL
    ParsedArgs *out;
    bool words_only; // after "--"
} Parser;

static Table table_new(Arena *arena, const Field *fields, void *record)
{
    size_t count = 0;
    while (fields[count].name) count++;
    record_set_defaults(arena, fields, record);
    return (Table){fields, record, ARENA_ARRAY(arena, bool, count)};
}

static Fail hint(const Parser *p, Fail fail)
{
    if (!fail || json_get(fail->ext, STR("hint"))) return fail;
    Str text = p->out->has_command ? help_usage(p->arena, &p->out->command)
                                   : STR("cq help lists the commands and options");
    return problem_with_str(p->arena, fail, "hint", text);
}

static const Field *find_in(const Parser *p, const Table *table, Str name, char letter)
{
    for (const Field *field = table->fields; field && field->name; field++) {
        if (field->flags & FIELD_POSITIONAL) continue;
        if (letter ? field->letter == letter : str_eq(field_option(p->arena, field), name))
            return field;
    }
    return NULL;
}

static const Field *find_option(Parser *p, Str name, char letter, Table **table)
{
    *table = &p->command;
    const Field *field = find_in(p, *table, name, letter);
    if (field) return field;
    *table = &p->global;
    return find_in(p, *table, name, letter);
}

static Fail unknown_option(const Parser *p, Str name)
{
    Nearest nearest = nearest_to(name);
    const Table *tables[] = {&p->command, &p->global};
    for (size_t i = 0; i < ARRAY_LEN(tables); i++)
        for (const Field *field = tables[i]->fields; field && field->name; field++)
            if (!(field->flags & FIELD_POSITIONAL))
                nearest_offer(&nearest, field_option(p->arena, field));
    const char *where = p->out->has_command ? "" : " before the command";
    return FAIL(p->arena, BAD_REQUEST, "unknown option --" STR_FMT "%s%s", STR_ARG(name), where,
                nearest_phrase(p->arena, &nearest, "--"));
}

static Fail set_value(Parser *p, Table *table, const Field *field, Str text)
{
    bool *given = &table->given[field - table->fields];
    if (*given && !field_is_list(field))
        return FAIL(p->arena, BAD_REQUEST, "%s is given twice", field_label(p->arena, field).ptr);
    if (!*given && field_is_list(field)) // what stood there was the default
        *(StrList *)((char *)table->record + field->offset) = (StrList){0};
    *given = true;
    if (field->flags & FIELD_WORDS) p->words_of = field;
    return field_set_text(p->arena, field, text, table->record);
}

static void set_flag(Table *table, const Field *field)
{
    *(bool *)((char *)table->record + field->offset) = true;
}

static bool is_known_option(Parser *p, Str word)
{
    Table *table;
    if (!str_starts(word, STR("--")) || word.len == 2) return false;
    return find_option(p, str_sub(word, 2, str_find(word, '=')), 0, &table) != NULL;
}

// The value is the next word, unless that is clearly the next option.
static Fail take_value(Parser *p, Table *table, const Field *field)
{
    Str label = field_label(p->arena, field), name = field_value_name(p->arena, field);
    if (p->at >= p->argv.count)
        return FAIL(p->arena, BAD_REQUEST, "%s needs a value: %s", label.ptr, name.ptr);
    Str word = p->argv.items[p->at];
    if (is_known_option(p, word))
        return FAIL(p->arena, BAD_REQUEST,
                    "%s needs a value: %s; write %s=" STR_FMT " if that is meant", label.ptr,
                    name.ptr, label.ptr, STR_ARG(word));
    p->at++;
    return set_value(p, table, field, word);
}

static Fail parse_long(Parser *p, Str word)
{
    Table *table;
    size_t equals = str_find(word, '=');
    Str name = str_sub(word, 2, equals);
    const Field *field = find_option(p, name, 0, &table);
    if (!field) return unknown_option(p, name);
    bool has_value = equals < word.len;
    if (field_takes_value(field))
        return has_value ? set_value(p, table, field, str_sub(word, equals + 1, word.len))
                         : take_value(p, table, field);
    if (has_value)
        return FAIL(p->arena, BAD_REQUEST, "--" STR_FMT " takes no value", STR_ARG(name));
    set_flag(table, field);
    return NULL;
}

// "-iw", "-n5", "-n=5", "-n 5"; letters after one that takes a value are the value.
static Fail parse_letters(Parser *p, Str word)
{
    for (size_t i = 1; i < word.len; i++) {
        Table *table;
        const Field *field = find_option(p, STR_NONE, word.ptr[i], &table);
        if (!field)
            return FAIL(p->arena, BAD_REQUEST, "unknown option -%c%s" STR_FMT "%s", word.ptr[i],
                        word.len > 2 ? " in " : "", STR_ARG(word.len > 2 ? word : STR("")),
                        p->out->has_command ? "" : " before the command");
        if (!field_takes_value(field)) {
            set_flag(table, field);
            continue;
        }
        Str rest = str_sub(word, i + 1, word.len);
        if (!rest.len) return take_value(p, table, field);
        if (rest.ptr[0] == '=') rest = str_sub(rest, 1, rest.len);
        return set_value(p, table, field, rest);
    }
    return NULL;
}

static Fail parse_command(Parser *p, Str word)
{
    ParsedArgs *out = p->out;
    if (!command_find(word, &out->command)) {
        Str near = command_nearest(word);
        if (!near.len)
            return FAIL(p->arena, BAD_REQUEST, "unknown command \"" STR_FMT "\"", STR_ARG(word));
        return FAIL(p->arena, BAD_REQUEST,
                    "unknown command \"" STR_FMT "\"; did you mean " STR_FMT "?", STR_ARG(word),
                    STR_ARG(near));
    }
    out->has_command = true;
    out->args = arena_alloc(p->arena, out->command.args_size);
    p->command = table_new(p->arena, out->command.args, out->args);
    return NULL;
}

// The first positional that still takes a word, or NULL.
static const Field *next_positional(const Parser *p)
{
    for (const Field *field = p->command.fields; field->name; field++) {
        if (!(field->flags & FIELD_POSITIONAL)) continue;
        if (field_is_list(field) || !p->command.given[field - p->command.fields]) return field;
    }
    return NULL;
}

// Another line of the newest item of p->words_of.
static void continue_item(Parser *p, Str word)
{
    const StrList *list = (const StrList *)((char *)p->command.record + p->words_of->offset);
    Str *newest = (Str *)(uintptr_t)&list->items[list->count - 1]; // made by field_set_text
    *newest = str_join(p->arena, *newest, STR("\n"), word);
}

static Fail parse_word(Parser *p, Str word)
{
    if (!p->out->has_command) return parse_command(p, word);
    if (p->words_of) {
        continue_item(p, word);
        return NULL;
    }
    const Field *field = next_positional(p);
    if (!field)
        return FAIL(p->arena, BAD_REQUEST, "unexpected argument \"" STR_FMT "\"", STR_ARG(word));
    return set_value(p, &p->command, field, word);
}

static Fail parse_next(Parser *p)
{
    Str word = p->argv.items[p->at++];
    if (p->words_only || word.len < 2 || word.ptr[0] != '-') return parse_word(p, word);
    if (str_eq(word, STR("--"))) {
        p->words_only = true;
        p->words_of = NULL;
        return NULL;
    }
    p->words_of = NULL;
    return word.ptr[1] == '-' ? parse_long(p, word) : parse_letters(p, word);
}

// "cq --help search" is "cq search --help".
static void find_command_for_help(Parser *p)
{
    for (; !p->out->has_command && p->at < p->argv.count; p->at++)
        p->out->has_command = command_find(p->argv.items[p->at], &p->out->command);
}

Fail args_parse(Arena *arena, StrList argv, ParsedArgs *out)
{
    *out = (ParsedArgs){0};
    Parser p = {.arena = arena, .argv = argv, .at = 1, .out = out};
    p.global = table_new(arena, global_fields, &out->global);
    out->global_given = p.global.given;
    while (p.at < argv.count && !out->global.help && !out->global.version)
        TRY(hint(&p, parse_next(&p)));
    if (out->global.help) find_command_for_help(&p);
    if (out->global.help || out->global.version || !out->has_command) return NULL;
    return hint(&p, record_check(arena, out->command.args, out->args));
}

bool args_given(const ParsedArgs *parsed, const char *name)
{
    for (size_t i = 0; global_fields[i].name; i++)
        if (strcmp(global_fields[i].name, name) == 0) return parsed->global_given[i];
    return false;
}

bool args_want_json(StrList argv)
{
    for (size_t i = 1; i < argv.count && !str_eq(argv.items[i], STR("--")); i++) {
        if (str_eq(argv.items[i], STR("--format=json"))) return true;
        if (str_eq(argv.items[i], STR("--format")) && i + 1 < argv.count)
            return str_eq(argv.items[i + 1], STR("json"));
    }
    return false;
}
