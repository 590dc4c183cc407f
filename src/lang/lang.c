// lang/lang.c - the registry and the decision which language a file is in.
#include "lang/lang.h"

#include "lang/spec.h"

#define LANG(id) extern const LangSpec lang_##id##_spec;
#include "lang/langs.def"
#undef LANG

static const LangSpec *const specs[LANG_COUNT] = {
#define LANG(id) [LANG_##id] = &lang_##id##_spec,
#include "lang/langs.def"
#undef LANG
};

static const char *const no_names[] = {NULL};

const LangSpec *lang_spec(LangId lang)
{
    return lang > LANG_NONE && lang < LANG_COUNT ? specs[lang] : NULL;
}

const char *lang_name(LangId lang)
{
    const LangSpec *spec = lang_spec(lang);
    return spec ? spec->name : "text";
}

const char *lang_separator(LangId lang)
{
    const LangSpec *spec = lang_spec(lang);
    return spec && spec->separator ? spec->separator : ".";
}

const char *const *lang_extensions(LangId lang)
{
    const LangSpec *spec = lang_spec(lang);
    return spec && spec->extensions ? spec->extensions : no_names;
}

static bool listed(const char *const *list, Str name)
{
    for (; list && *list; list++)
        if (str_eq(str_from(*list), name)) return true;
    return false;
}

static bool listed_nocase(const char *const *list, Str name)
{
    for (; list && *list; list++)
        if (str_eq_nocase(str_from(*list), name)) return true;
    return false;
}

bool lang_by_name(Str name, LangId *out)
{
    for (LangId lang = LANG_NONE + 1; lang < LANG_COUNT; lang++) {
        if (!str_eq_nocase(str_from(specs[lang]->name), name) &&
            !listed_nocase(specs[lang]->aliases, name))
            continue;
        *out = lang;
        return true;
    }
    return false;
}

// Takes `known` as the nearest name so far when it is within *limit edits.
static void consider(Str name, const char *known, const LangSpec *spec, size_t *limit, Str *nearest)
{
    size_t distance = str_distance(name, str_from(known), *limit);
    if (distance > *limit || (nearest->len && distance == *limit)) return;
    *limit = distance;
    *nearest = str_from(spec->name);
}

Str lang_nearest_name(Str name)
{
    size_t limit = MAX(name.len / 3, (size_t)1);
    Str nearest = STR_NONE;
    for (LangId lang = LANG_NONE + 1; lang < LANG_COUNT; lang++) {
        consider(name, specs[lang]->name, specs[lang], &limit, &nearest);
        for (const char *const *alias = specs[lang]->aliases; alias && *alias; alias++)
            consider(name, *alias, specs[lang], &limit, &nearest);
    }
    return nearest;
}

// The interpreter of "#!/usr/bin/env -S python3.12 -u": "python".
static Str interpreter(Str head)
{
    if (!str_starts(head, STR("#!"))) return STR_NONE;
    Str line, word, name = STR_NONE;
    head = str_sub(head, 2, head.len);
    if (!str_next(&head, '\n', &line)) return STR_NONE;
    line = str_trim(line);
    while (str_next(&line, ' ', &word)) {
        word = str_trim(word);
        size_t slash = str_find_last(word, '/');
        name = slash < word.len ? str_sub(word, slash + 1, word.len) : word;
        bool skip = !name.len || str_eq(name, STR("env")) || name.ptr[0] == '-' ||
                    str_find(name, '=') < name.len;
        if (!skip) break;
    }
    while (name.len && (name.ptr[name.len - 1] == '.' ||
                        (name.ptr[name.len - 1] >= '0' && name.ptr[name.len - 1] <= '9')))
        name.len--;
    return name;
}

static bool word_at(Str line, const char *word)
{
    Str w = str_from(word);
    if (!str_starts(line, w)) return false;
    char next = line.len > w.len ? line.ptr[w.len] : ' ';
    return next == ' ' || next == '\t' || next == ':' || next == '<' || next == '{';
}

static bool line_is_cpp(Str line)
{
    static const char *const starts[] = {
        "class",      "namespace", "template",         "public:", "private:", "using",
        "protected:", "constexpr", "inline namespace", "friend",  "virtual"};
    for (size_t i = 0; i < ARRAY_LEN(starts); i++)
        if (word_at(line, starts[i]) || str_eq(line, str_from(starts[i]))) return true;
    // A standard header without ".h": #include <vector>
    if (str_starts(line, STR("#include <"))) return str_find(line, '.') == line.len;
    return str_contains(line, STR("std::"));
}

// Whether a .h file is C++. What stands between #ifdef __cplusplus and its #endif does not count:
// C headers have such parts.
static bool looks_like_cpp(Str head)
{
    Str line;
    int depth = 0, guarded_at = 0;
    bool comment = false;
    while (str_next(&head, '\n', &line)) {
        line = str_trim(line);
        if (comment || str_starts(line, STR("/*"))) {
            comment = !str_contains(line, STR("*/"));
            continue;
        }
        if (str_starts(line, STR("#if"))) {
            depth++;
            if (!guarded_at && str_contains(line, STR("__cplusplus"))) guarded_at = depth;
        } else if (str_starts(line, STR("#endif"))) {
            if (guarded_at == depth) guarded_at = 0;
            depth--;
        } else if (!guarded_at && line_is_cpp(line)) {
            return true;
        }
    }
    return false;
}

LangId lang_detect(Str path, Str head)
{
    size_t slash = str_find_last(path, '/');
    Str base = slash < path.len ? str_sub(path, slash + 1, path.len) : path;
    for (LangId lang = LANG_NONE + 1; lang < LANG_COUNT; lang++)
        if (listed(specs[lang]->file_names, base)) return lang;

    size_t dot = str_find_last(base, '.');
    Str extension = dot < base.len ? str_sub(base, dot + 1, base.len) : STR_NONE;
    if (str_eq(extension, STR("h"))) return looks_like_cpp(head) ? LANG_cpp : LANG_c;
    if (extension.len) {
        for (LangId lang = LANG_NONE + 1; lang < LANG_COUNT; lang++)
            if (listed(specs[lang]->extensions, extension)) return lang;
    }
    Str program = interpreter(head);
    if (program.len) {
        for (LangId lang = LANG_NONE + 1; lang < LANG_COUNT; lang++)
            if (listed(specs[lang]->interpreters, program)) return lang;
    }
    return LANG_NONE;
}
