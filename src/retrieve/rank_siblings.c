// retrieve/rank_siblings.c - copies of a file by version or platform: the current one, and the one
// for Unix, come first, unless the question names another.
#include "index/terms.h"
#include "retrieve/rank_.h"

enum { NEWER_MOST = 3 }; // v4, v5 and v6 are looked for beside v3

// "v3" is 3, "v12" is 12; 0 for anything else.
static uint32_t version_of(Str folder)
{
    uint32_t version = 0;
    if (folder.len < 2 || folder.len > 4 || (folder.ptr[0] | 32) != 'v') return 0;
    for (size_t i = 1; i < folder.len; i++) {
        if (folder.ptr[i] < '0' || folder.ptr[i] > '9') return 0;
        version = version * 10 + (uint32_t)(folder.ptr[i] - '0');
    }
    return version;
}

// Whether the question has this word, case aside.
static bool names(const Query *query, Str wanted)
{
    Str word;
    for (size_t at = 0; terms_next_word(query->text, &at, &word);)
        if (str_eq_nocase(word, wanted)) return true;
    return false;
}

static bool is_old_version(const Rank *rank, Str path)
{
    Str folder, rest = path;
    while (str_next(&rest, '/', &folder) && rest.ptr) {
        uint32_t version = version_of(folder);
        if (!version || names(rank->query, folder)) continue;
        Str before = str_sub(path, 0, (size_t)(folder.ptr - path.ptr));
        for (uint32_t newer = version + 1; newer <= version + NEWER_MOST; newer++)
            if (corpus_has_path(rank->corpus, str_format(rank->arena, STR_FMT "%c%u/",
                                                         STR_ARG(before), folder.ptr[0], newer)))
                return true;
    }
    return false;
}

static const char *const unix_names[] = {"unix", "posix", "linux", "generic", "common"};
static const char *const other_names[] = {
    "win", "windows", "win32", "win64",  "nt",    "macos", "darwin", "osx",     "bsd",  "freebsd",
    "aix", "solaris", "sunos", "cygwin", "haiku", "qnx",   "os390",  "android", "wasm", "wasi"};

static bool is_unix(Str word)
{
    for (size_t i = 0; i < ARRAY_LEN(unix_names); i++)
        if (str_eq_nocase(word, str_from(unix_names[i]))) return true;
    return false;
}

static bool is_other_platform(Str word)
{
    for (size_t i = 0; i < ARRAY_LEN(other_names); i++)
        if (str_eq_nocase(word, str_from(other_names[i]))) return true;
    return false;
}

// Whether the file exists for Unix: path[from, to), a platform's name, replaced.
static bool has_unix_form(const Rank *rank, Str path, size_t from, size_t to)
{
    for (size_t i = 0; i < ARRAY_LEN(unix_names); i++) {
        Str other = str_format(rank->arena, STR_FMT "%s" STR_FMT, STR_ARG(str_sub(path, 0, from)),
                               unix_names[i], STR_ARG(str_sub(path, to, path.len)));
        if (corpus_has_path(rank->corpus, other)) return true;
    }
    return false;
}

// The words of the path, each as a whole: folders, and the parts of the stem.
static bool is_for_other_platform(const Rank *rank, Str path)
{
    size_t from = 0;
    for (size_t at = 0; at <= path.len; at++) {
        if (at < path.len && !strchr("/_-.", path.ptr[at])) continue;
        Str word = str_sub(path, from, at);
        if (word.len && is_other_platform(word) && !names(rank->query, word) &&
            has_unix_form(rank, path, from, at))
            return true;
        from = at + 1;
    }
    return false;
}

// What copies of a file by version or platform have in common: the path with those left out. Empty
// when it has neither, or the question names them.
Str rank_sibling_key(const Rank *rank, Str path)
{
    Buf key = buf_on(rank->arena);
    bool found = false;
    size_t from = 0;
    for (size_t at = 0; at <= path.len; at++) {
        if (at < path.len && !strchr("/_-.", path.ptr[at])) continue;
        Str word = str_sub(path, from, at);
        bool folder = at < path.len && path.ptr[at] == '/' && (!from || path.ptr[from - 1] == '/');
        bool varies = (folder && version_of(word)) || is_other_platform(word) || is_unix(word);
        if (varies && names(rank->query, word)) return STR_NONE;
        found = found || varies;
        buf_add(&key, varies ? STR("*") : word);
        if (at < path.len) buf_byte(&key, path.ptr[at]);
        from = at + 1;
    }
    return found ? buf_str(&key) : STR_NONE;
}

void rank_sibling_features(Rank *rank)
{
    for (size_t i = 0; i < rank->candidates.len; i++) {
        Candidate *at = &rank->candidates.items[i];
        Str path = corpus_path(rank->corpus, at->file);
        at->features[FEATURE_OLD_VERSION] = is_old_version(rank, path);
        at->features[FEATURE_PLATFORM] = is_for_other_platform(rank, path);
    }
}
