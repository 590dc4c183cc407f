// service/search_rank.c - which hits matter most: roles of files, guesses from a line, the order.
#include <ctype.h>

#include "service/search_.h"

const char *role_name(Role role)
{
    static const char *const names[] = {"source", "test", "docs", "generated", "vendored"};
    return names[role];
}

static bool is_one_of(Str s, const char *const *names)
{
    if (!s.len) return false;
    int first = tolower((unsigned char)s.ptr[0]); // most differ there
    for (; *names; names++)
        if (tolower((unsigned char)**names) == first && str_eq_nocase(s, str_from(*names)))
            return true;
    return false;
}

static const char *const vendored_dirs[] = {
    "vendor",   "vendored", "third_party", "third-party",      "thirdparty", "node_modules",
    "external", "extern",   "deps",        "bower_components", "Pods",       NULL};
static const char *const test_dirs[] = {"test",      "tests",     "testing",  "testdata",   "spec",
                                        "specs",     "__tests__", "fixtures", "e2e",        "t",
                                        "unittests", "selftests", "benches",  "benchmarks", NULL};
static const char *const docs_dirs[] = {"doc",     "docs",    "documentation", "examples",
                                        "example", "samples", "man",           NULL};
static const char *const docs_types[] = {"md", "rst", "txt", "adoc", "org", "html", "tex", NULL};
static const char *const generated_dirs[] = {"generated", "gen", "dist", "autogen", NULL};
static const char *const generated_ends[] = {
    ".min.js", ".min.css",   "_pb2.py",       "_pb2_grpc.py", ".pb.go", ".pb.cc", ".pb.h",
    ".lock",   "-lock.json", ".generated.ts", ".g.cs",        ".map",   NULL};

static bool is_test_name(Str name)
{
    Str stem = str_sub(name, 0, str_find(name, '.'));
    return str_starts(name, STR("test_")) || str_ends(stem, STR("_test")) ||
           str_ends(stem, STR("_tests")) || str_eq(stem, STR("conftest")) ||
           str_contains(name, STR(".test.")) || str_contains(name, STR(".spec.")) ||
           (stem.len > 4 && str_ends(stem, STR("Test"))) ||
           (stem.len > 5 && str_ends(stem, STR("Tests")));
}

Role role_of_path(Str path)
{
    Role role = ROLE_SOURCE;
    Str rest = path, part = {0};
    while (str_next(&rest, '/', &part) && rest.ptr) { // the folders
        if (is_one_of(part, vendored_dirs)) return ROLE_VENDORED;
        if (is_one_of(part, generated_dirs)) role = MAX(role, ROLE_GENERATED);
        if (role == ROLE_SOURCE && is_one_of(part, test_dirs)) role = ROLE_TEST;
        if (role == ROLE_SOURCE && is_one_of(part, docs_dirs)) role = ROLE_DOCS;
    }
    for (const char *const *end = generated_ends; *end; end++)
        if (str_ends(part, str_from(*end))) return ROLE_GENERATED;
    if (role != ROLE_SOURCE) return role;
    if (is_test_name(part)) return ROLE_TEST;
    size_t dot = str_find_last(part, '.');
    Str type = dot < part.len ? str_sub(part, dot + 1, part.len) : STR_NONE;
    return type.len && is_one_of(type, docs_types) ? ROLE_DOCS : ROLE_SOURCE;
}

static Str first_word(Str line)
{
    line = str_trim(line);
    size_t len = 0;
    while (len < line.len &&
           (isalnum((unsigned char)line.ptr[len]) || line.ptr[len] == '_' || line.ptr[len] == '#'))
        len++;
    return str_sub(line, 0, len);
}

static bool is_name_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

// The word just before `col`, without the spaces and stars between.
static Str word_before(Str line, size_t col)
{
    size_t end = MIN(col, line.len);
    while (end && (line.ptr[end - 1] == ' ' || line.ptr[end - 1] == '\t' ||
                   line.ptr[end - 1] == '*' || line.ptr[end - 1] == '&'))
        end--;
    size_t start = end;
    while (start && (is_name_byte(line.ptr[start - 1]) || line.ptr[start - 1] == '#')) start--;
    return str_sub(line, start, end);
}

static const char *const defining_words[] = {
    "def",    "class",     "fn",     "func", "function", "struct",      "enum",
    "union",  "interface", "trait",  "type", "typedef",  "define",      "#define",
    "const",  "let",       "var",    "mod",  "impl",     "macro_rules", "namespace",
    "module", "static",    "record", NULL};
static const char *const import_words[] = {"import",  "from",    "use", "#include", "include",
                                           "require", "package", "#",   "source",   NULL};

// What a hit probably is, from its line alone.
static Category guess(Str line, size_t col, size_t len)
{
    Str trimmed = str_trim(line);
    if (str_starts(trimmed, STR("//")) || str_starts(trimmed, STR("/*")) ||
        str_starts(trimmed, STR("* ")) || str_starts(trimmed, STR("# ")))
        return CATEGORY_COMMENT;
    Str first = first_word(line);
    if (is_one_of(first, import_words)) return CATEGORY_IMPORT;
    if (is_one_of(word_before(line, col), defining_words)) return CATEGORY_DEFINITION;
    size_t after = MIN(col + len, line.len);
    while (after < line.len && is_name_byte(line.ptr[after])) after++;
    bool parens = after < line.len && line.ptr[after] == '(';
    bool at_margin = line.len && !isspace((unsigned char)line.ptr[0]);
    bool ends_statement = trimmed.len && trimmed.ptr[trimmed.len - 1] == ';';
    if (parens && at_margin && !ends_statement && !memchr(line.ptr, '=', col))
        return CATEGORY_DEFINITION;
    return parens ? CATEGORY_CALL : CATEGORY_REFERENCE;
}

void search_guess(Search *search)
{
    for (size_t i = 0; i < search->hit_count; i++) {
        SearchHit *hit = search->hits[i];
        LangId lang = search->files.items[hit->file].lang;
        if (hit->category != CATEGORY_UNCLASSIFIED) continue; // it is known
        Str line = {hit->text, hit->text_len};
        hit->guess = (uint8_t)(lang == LANG_NONE ? CATEGORY_TEXT : guess(line, hit->col, hit->len));
        if (lang == LANG_NONE && search->query->classify != CLASSIFY_NONE)
            hit->category = CATEGORY_TEXT;
    }
}

enum { RANKS = CATEGORIES * ROLES * 2 };

// Definitions, calls, imports, references (declarations first, annotations among them), then text
// of every kind; within a category, source first.
static uint32_t rank_of(const Search *search, const SearchHit *hit, bool by_guess)
{
    Category category = (Category)hit->category;
    if (by_guess && category == CATEGORY_UNCLASSIFIED) category = (Category)hit->guess;
    bool declares = category == CATEGORY_REFERENCE && hit_def(hit);
    if (category == CATEGORY_ANNOTATION) category = CATEGORY_REFERENCE;
    uint32_t role = (uint32_t)search->files.items[hit->file].role;
    return (category * ROLES + role) * 2 + (category == CATEGORY_REFERENCE && !declares);
}

// A counting sort: ranks are few, and hits of one rank keep the order they have.
void search_order(const Search *search, uint32_t *order, bool by_guess)
{
    size_t starts[RANKS + 1] = {0};
    for (size_t i = 0; i < search->hit_count; i++)
        starts[rank_of(search, search->hits[i], by_guess) + 1]++;
    for (size_t rank = 0; rank < RANKS; rank++) starts[rank + 1] += starts[rank];
    for (uint32_t i = 0; i < search->hit_count; i++)
        order[starts[rank_of(search, search->hits[i], by_guess)]++] = i;
}

void search_rank(Search *search)
{
    size_t count = search->hit_count;
    uint32_t *order = ARENA_ARRAY(search->cx->arena, uint32_t, count);
    search_order(search, order, false);
    SearchHit **ranked = ARENA_ARRAY(search->cx->arena, SearchHit *, count);
    for (size_t i = 0; i < count; i++) ranked[i] = search->hits[order[i]];
    search->hits = ranked;
}
