// app/config_yaml.c - the settings of one YAML file.
//
// Nothing is built from the text: each event must be what the table expects at this place, and the
// first that is not ends the reading. So depth, aliases and size of what is nested cost nothing.
#include <yaml.h>

#include "app/config.h"
#include "base/map.h"
#include "base/nearest.h"

typedef struct Event {
    yaml_event_type_t type;
    Str text;       // of a scalar
    bool plain;     // ... without quotes
    bool decorated; // has an anchor or a tag
    uint32_t line, col;
} Event;

typedef struct Reader {
    Arena *arena;
    yaml_parser_t parser;
    const ConfigFile *file;
    Str text;
    Policy *policy;
    Map seen; // keys that were set, with their lines
} Reader;

static PolicySource place_at(const Reader *reader, size_t line, size_t col)
{
    return (PolicySource){SOURCE_FILE, reader->file->name, (uint32_t)line + 1, (uint32_t)col + 1};
}

static Fail wrong(const Reader *reader, const Event *event, Str key, Str says)
{
    PolicySource source = {SOURCE_FILE, reader->file->name, event->line, event->col};
    return policy_problem(reader->arena, &source, key, STR_NONE, STR_NONE, says);
}

// Is there a tab among the blanks that begin this line?
static bool begins_with_tab(Str text, size_t line)
{
    Str row = STR_NONE;
    for (size_t i = 0; i <= line; i++)
        if (!str_next(&text, '\n', &row)) return false;
    for (size_t i = 0; i < row.len && (row.ptr[i] == ' ' || row.ptr[i] == '\t'); i++)
        if (row.ptr[i] == '\t') return true;
    return false;
}

static Fail syntax_error(const Reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    yaml_mark_t mark = parser->problem_mark;
    const char *problem = parser->problem ? parser->problem : "out of memory";
    if (begins_with_tab(reader->text, mark.line)) problem = "a tab indents it; use spaces";
    PolicySource source = place_at(reader, mark.line, mark.column);
    if (parser->error == YAML_READER_ERROR) source.line = 0; // has no mark
    return policy_problem(reader->arena, &source, STR_NONE, STR_NONE, STR_NONE,
                          str_format(reader->arena, "not valid YAML: %s", problem));
}

static Str scalar_text(Arena *arena, const yaml_event_t *event)
{
    return str_copy(arena,
                    (Str){(const char *)event->data.scalar.value, event->data.scalar.length});
}

static Fail next(Reader *reader, Event *out)
{
    yaml_event_t event;
    if (!yaml_parser_parse(&reader->parser, &event)) return syntax_error(reader);
    *out = (Event){.type = event.type,
                   .line = (uint32_t)event.start_mark.line + 1,
                   .col = (uint32_t)event.start_mark.column + 1};
    switch (event.type) {
    case YAML_SCALAR_EVENT:
        out->text = scalar_text(reader->arena, &event);
        out->plain = event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        out->decorated = event.data.scalar.anchor || event.data.scalar.tag;
        break;
    case YAML_SEQUENCE_START_EVENT:
        out->decorated = event.data.sequence_start.anchor || event.data.sequence_start.tag;
        break;
    case YAML_MAPPING_START_EVENT:
        out->decorated = event.data.mapping_start.anchor || event.data.mapping_start.tag;
        break;
    default: out->decorated = event.type == YAML_ALIAS_EVENT; break;
    }
    yaml_event_delete(&event);
    if (!out->decorated) return NULL;
    return wrong(reader, out, STR_NONE, STR("anchors, aliases and tags are not allowed here"));
}

// `key:` with nothing behind it, as when all of a section is commented out.
static bool is_empty(const Event *event)
{
    Str text = event->text;
    return event->type == YAML_SCALAR_EVENT && event->plain &&
           (!text.len || str_eq(text, STR("~")) || str_eq_nocase(text, STR("null")));
}

// --- keys ---

// The part of `key` right below `section`, when it lies in it; the whole first part at the top.
static bool part_below(Str key, Str section, Str *part)
{
    if (section.len) {
        if (!str_starts(key, section) || key.len <= section.len || key.ptr[section.len] != '.')
            return false;
        key = str_sub(key, section.len + 1, key.len);
    }
    *part = str_sub(key, 0, str_find(key, '.'));
    return true;
}

static bool is_section(const Reader *reader, Str path)
{
    Str part;
    for (PolicySetting at = {0}; policy_next(reader->policy, &at);)
        if (part_below(policy_key(reader->arena, reader->policy, at), path, &part)) return true;
    return false;
}

static Fail unknown_key(const Reader *reader, const Event *event, Str section, Str path)
{
    Arena *arena = reader->arena;
    Nearest nearest = nearest_to(event->text);
    Map known = {0};
    Buf allowed = buf_on(arena);
    for (PolicySetting at = {0}; policy_next(reader->policy, &at);) {
        Str part;
        if (!part_below(policy_key(arena, reader->policy, at), section, &part)) continue;
        if (map_get(&known, part, NULL)) continue;
        map_put(arena, &known, part, 1);
        nearest_offer(&nearest, part);
        buf_addf(&allowed, "%s" STR_FMT, allowed.len ? ", " : "", STR_ARG(part));
    }
    bool dotted = str_find(event->text, '.') < event->text.len;
    const char *guess = dotted ? "; a dot stands for a new, indented line here"
                               : nearest_phrase(arena, &nearest, "");
    PolicySource source = {SOURCE_FILE, reader->file->name, event->line, event->col};
    Str says = str_format(arena, "unknown key \"" STR_FMT "\"%s" STR_FMT "%s",
                          STR_ARG(str_sub(event->text, 0, utf8_cut(event->text, 80))),
                          section.len ? " in " : "", STR_ARG(section), guess);
    return policy_problem(arena, &source, path, STR_NONE, buf_str(&allowed), says);
}

static Fail check_twice(Reader *reader, const Event *event, Str path)
{
    uint64_t *line = map_at(reader->arena, &reader->seen, path, 0);
    if (!*line) {
        *line = event->line;
        return NULL;
    }
    return wrong(reader, event, path,
                 str_format(reader->arena, STR_FMT " stands twice; first in line %llu",
                            STR_ARG(path), (unsigned long long)*line));
}

// --- values ---

static bool wants_plain(PolicyType type)
{
    return type == POLICY_INT || type == POLICY_SIZE || type == POLICY_REAL || type == POLICY_BOOL;
}

static Fail wrong_shape(const Reader *reader, const Event *event, PolicySetting setting,
                        const char *what, Str value)
{
    Arena *arena = reader->arena;
    PolicySource source = {SOURCE_FILE, reader->file->name, event->line, event->col};
    Str key = policy_key(arena, reader->policy, setting);
    Str allowed = policy_allowed(arena, setting.spec);
    return policy_problem(arena, &source, key, value, allowed,
                          str_format(arena, STR_FMT " must be " STR_FMT ", not %s", STR_ARG(key),
                                     STR_ARG(allowed), what));
}

// A sequence of names becomes one text.
static Fail read_names(Reader *reader, PolicySetting setting, const PolicySource *source)
{
    Buf names = buf_on(reader->arena);
    for (;;) {
        Event item;
        TRY(next(reader, &item));
        if (item.type == YAML_SEQUENCE_END_EVENT) break;
        if (item.type != YAML_SCALAR_EVENT)
            return wrong_shape(reader, &item, setting, "a list of lists or keys", STR_NONE);
        bool bad = !item.text.len || str_find(item.text, ',') < item.text.len;
        if (bad)
            return wrong_shape(reader, &item, setting, "a name with a comma, or none", item.text);
        if (names.len) buf_byte(&names, ',');
        buf_add(&names, item.text);
    }
    return policy_set(reader->arena, reader->policy, setting, buf_str(&names), source);
}

static Fail read_value(Reader *reader, PolicySetting setting)
{
    Event event;
    TRY(next(reader, &event));
    PolicySource source = {SOURCE_FILE, reader->file->name, event.line, event.col};
    if (setting.spec->type == POLICY_NAMES && event.type == YAML_SEQUENCE_START_EVENT)
        return read_names(reader, setting, &source);
    if (event.type == YAML_SEQUENCE_START_EVENT)
        return wrong_shape(reader, &event, setting, "a list", STR_NONE);
    if (event.type != YAML_SCALAR_EVENT)
        return wrong_shape(reader, &event, setting, "a section with keys", STR_NONE);
    if (is_empty(&event)) return wrong_shape(reader, &event, setting, "empty", STR(""));
    if (!event.plain && wants_plain(setting.spec->type))
        return wrong_shape(reader, &event, setting, "text in quotes", event.text);
    return policy_set(reader->arena, reader->policy, setting, event.text, &source);
}

static Fail check_protected(const Reader *reader, const Event *event, PolicySetting setting,
                            Str key)
{
    if (!setting.spec->is_protected || reader->file->kind != CONFIG_WORKSPACE) return NULL;
    Str variable = policy_env(reader->arena, reader->policy, setting, 0);
    return wrong(reader, event, key,
                 str_format(reader->arena,
                            STR_FMT
                            " cannot be set by a file that comes with the workspace; use " STR_FMT
                            " or --config",
                            STR_ARG(key), STR_ARG(variable)));
}

static Fail read_section(Reader *reader, Str section);

static Fail read_key(Reader *reader, Str section, const Event *key)
{
    PolicySetting setting;
    Str path = str_join(reader->arena, section, STR("."), key->text);
    bool dotted = str_find(key->text, '.') < key->text.len || !key->text.len;
    if (!dotted && policy_find(reader->policy, path, &setting)) {
        TRY(check_twice(reader, key, path));
        TRY(check_protected(reader, key, setting, path));
        return read_value(reader, setting);
    }
    if (dotted || !is_section(reader, path)) return unknown_key(reader, key, section, path);
    TRY(check_twice(reader, key, path));
    Event event;
    TRY(next(reader, &event));
    if (is_empty(&event)) return NULL;
    if (event.type == YAML_MAPPING_START_EVENT) return read_section(reader, path);
    return wrong(reader, &event, path,
                 str_format(reader->arena, STR_FMT " must be a section with keys", STR_ARG(path)));
}

// As deep as the keys of the table: what is deeper is unknown.
static Fail read_section(Reader *reader, Str section)
{
    for (;;) {
        Event key;
        TRY(next(reader, &key));
        if (key.type == YAML_MAPPING_END_EVENT) return NULL;
        if (key.type != YAML_SCALAR_EVENT)
            return wrong(reader, &key, section, STR("a key must be a plain name"));
        TRY(read_key(reader, section, &key));
    }
}

static Fail read_document(Reader *reader)
{
    Event event;
    TRY(next(reader, &event)); // start of the stream
    TRY(next(reader, &event));
    if (event.type == YAML_STREAM_END_EVENT) return NULL;
    TRY(next(reader, &event));
    if (event.type == YAML_MAPPING_START_EVENT) TRY(read_section(reader, STR_NONE));
    else if (!is_empty(&event))
        return wrong(reader, &event, STR_NONE, STR("the file must consist of sections with keys"));
    TRY(next(reader, &event)); // end of the document
    TRY(next(reader, &event));
    if (event.type == YAML_STREAM_END_EVENT) return NULL;
    return wrong(reader, &event, STR_NONE, STR("a second document begins; only one is allowed"));
}

static Fail check_text(const Reader *reader)
{
    PolicySource source = {SOURCE_FILE, reader->file->name, 0, 0};
    const char *says = NULL;
    if (!utf8_valid(reader->text.ptr, reader->text.len)) says = "the file is not UTF-8 text";
    else if (reader->text.len && memchr(reader->text.ptr, '\0', reader->text.len))
        says = "the file holds a NUL byte";
    if (!says) return NULL;
    return policy_problem(reader->arena, &source, STR_NONE, STR_NONE, STR_NONE, str_from(says));
}

Fail config_read(Arena *arena, const ConfigFile *file, Str text, Policy *policy)
{
    Reader reader = {.arena = arena, .file = file, .text = text, .policy = policy};
    TRY(check_text(&reader));
    if (!yaml_parser_initialize(&reader.parser))
        return FAIL(arena, INTERNAL, "no memory for reading " STR_FMT, STR_ARG(file->name));
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text.ptr, text.len);
    Fail fail = read_document(&reader);
    yaml_parser_delete(&reader.parser);
    return fail;
}
