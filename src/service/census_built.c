// service/census_built.c - the target's name where it is put together while the program runs:
//
//   getattr(self, "visit_" + kind)   f"handle_{event}"   "%s_view" % name   obj[`on${name}`]
//
// A string counts when it has the beginning or the end of the name, up to an underscore or a
// capital, and goes on with something else, in a function (or file) that looks names up. Which
// files have such words, the index knows; "%s_view" has the word s_view.
#include "service/census_.h"

enum { MOST_PARTS = 12, SHORTEST_PART = 3, MOST_BUILT = 50 };

typedef struct Built {
    Census *census;
    CensusTable *table;
    bool *lookups; // by file: whether it has a word that looks_up knows; NULL: any may look up
    VEC(CensusHazard) found;
    Map seen; // places
} Built;

static bool is_word(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static size_t past_blanks(Str text, size_t at)
{
    while (at < text.len && strchr(" \t\r\n", text.ptr[at])) at++;
    return at;
}

// What stands for something else inside of a string, at `at`; its end, or `at`.
static size_t hole_end(Str text, size_t at, size_t end)
{
    if (at + 1 >= end) return at;
    char c = text.ptr[at], next = text.ptr[at + 1];
    if (c == '%' && strchr("sdr", next)) return at + 2;
    size_t open = (c == '$' || c == '#') && next == '{' ? at + 1 : c == '{' ? at : end;
    if (open == end) return at;
    size_t close = open + str_find(str_sub(text, open, end), '}');
    return close < end ? close + 1 : at;
}

// Whether the name can be what text[at, end) makes, from name[from] on: holes are anything.
static bool makes(Str text, size_t at, size_t end, bool open, Str name, size_t from)
{
    size_t hole = at < end ? hole_end(text, at, end) : at;
    if (at == end) return open || from == name.len;
    if (hole > at) {
        for (size_t to = from + 1; to <= name.len; to++)
            if (makes(text, hole, end, open, name, to)) return true;
        return false;
    }
    return from < name.len && text.ptr[at] == name.ptr[from] &&
           makes(text, at + 1, end, open, name, from + 1);
}

static bool is_joined_behind(Str text, size_t end)
{
    size_t at = past_blanks(text, end + 1);
    return at < text.len &&
           (text.ptr[at] == '+' || str_starts(str_sub(text, at, text.len), STR("..")));
}

static bool is_joined_in_front(Str text, size_t start)
{
    size_t at = start - 1;
    while (at && strchr(" \t\r\n", text.ptr[at - 1])) at--;
    return at && text.ptr[at - 1] == '+';
}

// Whether the string text[start, end), without its quotes, is a part of the name, or has holes.
static bool builds(Str text, size_t start, size_t end, Str name)
{
    enum { LONGEST = 80, MOST_HOLES = 3 };
    bool behind = is_joined_behind(text, end);
    int holes = 0;
    if (end - start > LONGEST || name.len > LONGEST) return false;
    for (size_t at = start; at < end; at++) {
        size_t hole = hole_end(text, at, end);
        if (hole > at) holes++, at = hole - 1;
    }
    if (holes > MOST_HOLES) return false;
    if ((holes || behind) && makes(text, start, end, behind, name, 0)) return true;
    if (!is_joined_in_front(text, start)) return false;
    for (size_t from = 1; from < name.len; from++)
        if (makes(text, start, end, behind, name, from)) return true;
    return false;
}

typedef struct Lookup {
    const char *word; // as files are known to use it
    const char *text;
} Lookup;
static const Lookup lookup_words[] = {
    {"getattr", "getattr("},           {"attrgetter", "attrgetter("},
    {"methodcaller", "methodcaller("}, {"hasattr", "hasattr("},
    {"globals", "globals()["},         {"locals", "locals()["},
    {"getMethod", ".getMethod("},      {"getDeclaredMethod", ".getDeclaredMethod("},
    {"getField", ".getField("},        {"Reflect", "Reflect.get("},
    {"MethodByName", "MethodByName("}, {"dlsym", "dlsym("},
};

static bool looks_up(Str text)
{
    for (size_t i = 0; i < ARRAY_LEN(lookup_words); i++)
        if (str_contains(text, str_from(lookup_words[i].text))) return true;
    return false;
}

// Few files look names up: the text of the others need not be read.
static bool *find_lookups(Built *b)
{
    World *world = b->census->code->world;
    bool *out = ARENA_ARRAY(b->census->code->cx->arena, bool, world_file_count(world));
    for (size_t i = 0; i < ARRAY_LEN(lookup_words); i++) {
        size_t count;
        const uint32_t *users = world_users(world, str_from(lookup_words[i].word), &count);
        for (size_t k = 0; k < count; k++) out[users[k]] = true;
    }
    return out;
}

// The function around, or what stands around a string outside of all.
static Str around(const WorldFile *file, uint32_t offset)
{
    enum { NEAR = 300 };
    uint32_t def = edge_enclosing(file, offset);
    if (def != WORLD_NONE) {
        Span full = file->facts.defs[def].full;
        return str_sub(file->text, full.start, full.end);
    }
    return str_sub(file->text, offset > NEAR ? offset - NEAR : 0, offset + NEAR);
}

// obj["on" + name], obj[`on${name}`]
static bool is_subscript(const WorldFile *file, size_t start)
{
    size_t at = start - 1;
    if (resolve_family(file->lang) != LANG_javascript) return false;
    while (at && strchr(" \t", file->text.ptr[at - 1])) at--;
    bool open = at && file->text.ptr[at - 1] == '[';
    return open && at > 1 &&
           (is_word(file->text.ptr[at - 2]) || strchr(")]", file->text.ptr[at - 2]));
}

static void add(Built *b, const WorldFile *file, size_t start, size_t end)
{
    Code *code = b->census->code;
    Span span = {(uint32_t)start, (uint32_t)end};
    uint32_t parts[] = {file->number, span.start};
    Str key = str_copy(code->cx->arena, (Str){(const char *)parts, sizeof parts});
    if (map_get(&b->seen, key, NULL) || b->found.len == MOST_BUILT) return;
    map_put(code->cx->arena, &b->seen, key, 1);
    if (!code_filter_takes(&b->census->filter, file->path, file->lang)) return;
    DefRef in = enclosing_ref(file, span.start);
    CensusHazard hazard = {.kind = STR("reflection"),
                           .path = code_keep(code, file->path),
                           .text = code_line(file, span.start),
                           .says = STR("its name can be put together and looked up"),
                           .place = code_place(file, span)};
    if (in.def != WORLD_NONE)
        hazard.enclosing = code_keep(code, world_qualified(code->world, file, in.def));
    VEC_PUSH(code->cx->arena, &b->found, hazard);
}

// `file`: NULL until something is found that asks for its names.
static void look_in(Built *b, uint32_t number, Str text, bool lookups, Str part)
{
    const WorldFile *file = NULL;
    Str name = b->table->subject.name;
    for (size_t at = 0; at + part.len < text.len; at++) {
        const char *next = memmem(text.ptr + at, text.len - at, part.ptr, part.len);
        if (!next) break;
        at = (size_t)(next - text.ptr);
        size_t start = at, end = at + part.len;
        while (start && !strchr("\"'`\n", text.ptr[start - 1])) start--;
        if (!start || text.ptr[start - 1] == '\n') continue;
        char quote = text.ptr[start - 1];
        while (end < text.len && text.ptr[end] != quote && text.ptr[end] != '\n') end++;
        if (end == text.len || text.ptr[end] == '\n' || !builds(text, start, end, name)) continue;
        if (!file && !lookups && !looks_up(text)) return;
        if (!file) file = world_file(b->census->code->world, number);
        if (!file || file->text.len != text.len) return;
        if (is_subscript(file, start) || looks_up(around(file, (uint32_t)at)))
            add(b, file, start, end);
    }
}

// In the files that have `word`, which holds the part.
static void look_for(Built *b, Str word, Str part)
{
    World *world = b->census->code->world;
    LangId family = resolve_family(b->table->subject.lang);
    size_t count;
    const uint32_t *users = world_users(world, word, &count);
    for (size_t i = 0; i < count; i++) {
        if (resolve_family(world_lang(world, users[i])) != family) continue;
        if (b->lookups && !b->lookups[users[i]]) continue;
        const WorldFile *file = world_loaded(world, users[i]);
        Str text = file ? file->text : world_text(world, users[i]);
        look_in(b, users[i], text, file || family == LANG_javascript, part);
    }
}

void census_built_names(Census *census, CensusTable *table)
{
    Built b = {.census = census, .table = table};
    Str name = table->subject.name;
    bool runs = table->subject.kind == DEF_FUNCTION || table->subject.kind == DEF_METHOD;
    if (!runs || table->subject.ref.def == WORLD_NONE) return;
    // obj["on" + name] has no word
    if (resolve_family(table->subject.lang) != LANG_javascript) b.lookups = find_lookups(&b);
    for (size_t i = 2, parts = 0; i + 1 < name.len && parts < MOST_PARTS; i++) {
        bool line = name.ptr[i - 1] == '_';
        bool hump = name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' && !line;
        if (!line && !hump) continue;
        Str front = str_sub(name, 0, i), back = str_sub(name, i - line, name.len);
        if (front.len - line >= (line ? SHORTEST_PART - 1 : 2)) look_for(&b, front, front);
        if (line && back.len > SHORTEST_PART) {
            look_for(&b, back, back);
            look_for(&b, str_join(census->code->cx->arena, STR("s"), STR(""), back), back);
        }
        parts++;
    }
    for (size_t i = 0; i < table->hazard_count; i++)
        VEC_PUSH(census->code->cx->arena, &b.found, table->hazards[i]);
    table->reach += b.found.len - table->hazard_count;
    table->hazards = b.found.items;
    table->hazard_count = b.found.len;
}
