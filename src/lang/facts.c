// lang/facts.c - questions to the facts of one file.
#include "lang/facts.h"

static const char *const kind_names[] = {
#define DEF_KIND(id, name) [DEF_##id] = name,
#include "lang/def_kinds.def"
#undef DEF_KIND
};

static const char *const category_names[] = {
#define CATEGORY(id, name) [CATEGORY_##id] = name,
#include "lang/categories.def"
#undef CATEGORY
};

const char *def_kind_name(DefKind kind)
{
    return kind < DEF_KINDS ? kind_names[kind] : "";
}

const char *category_name(Category category)
{
    return category < CATEGORIES ? category_names[category] : "";
}

// For arrays in the order of a start offset: how many items start at or before `offset`.
#define COUNT_UPTO(items, count, start, offset, result)                                            \
    do {                                                                                           \
        uint32_t low_ = 0, high_ = (count);                                                        \
        while (low_ < high_) {                                                                     \
            uint32_t middle_ = low_ + (high_ - low_) / 2;                                          \
            if ((items)[middle_].start <= (offset)) low_ = middle_ + 1;                            \
            else high_ = middle_;                                                                  \
        }                                                                                          \
        (result) = low_;                                                                           \
    } while (0)

static bool holds(Span span, uint32_t offset)
{
    return span.start <= offset && offset < span.end;
}

int32_t facts_enclosing(const Facts *facts, uint32_t offset)
{
    uint32_t count;
    COUNT_UPTO(facts->defs, facts->def_count, full.start, offset, count);
    int32_t def = (int32_t)count - 1;
    while (def >= 0 && !holds(facts->defs[def].full, offset)) def = facts->defs[def].parent;
    return def;
}

static const TextSpan *innermost_span(const Facts *facts, uint32_t offset)
{
    uint32_t count;
    COUNT_UPTO(facts->spans, facts->span_count, span.start, offset, count);
    int32_t span = (int32_t)count - 1;
    while (span >= 0 && !holds(facts->spans[span].span, offset)) span = facts->spans[span].outer;
    return span < 0 ? NULL : &facts->spans[span];
}

static int32_t def_named_at(const Facts *facts, uint32_t offset)
{
    for (int32_t i = facts_enclosing(facts, offset); i >= 0; i = facts->defs[i].parent)
        if (holds(facts->defs[i].name_span, offset)) return i;
    return -1;
}

static bool call_named_at(const Facts *facts, uint32_t offset)
{
    uint32_t count;
    COUNT_UPTO(facts->calls, facts->call_count, name_span.start, offset, count);
    // An unnamed callee has an empty name_span, which may stand right before a name.
    while (count &&
           facts->calls[count - 1].name_span.end == facts->calls[count - 1].name_span.start)
        count--;
    return count && holds(facts->calls[count - 1].name_span, offset);
}

static bool in_import(const Facts *facts, uint32_t offset)
{
    uint32_t count;
    COUNT_UPTO(facts->imports, facts->import_count, full.start, offset, count);
    return count && holds(facts->imports[count - 1].full, offset);
}

static Category classify_at(const Facts *facts, uint32_t offset, int32_t *def)
{
    const TextSpan *span = innermost_span(facts, offset);
    *def = -1;
    if (span) {
        switch (span->kind) {
        case SPAN_COMMENT: return CATEGORY_COMMENT;
        case SPAN_DOCSTRING: return CATEGORY_DOCSTRING;
        case SPAN_STRING: return CATEGORY_STRING;
        case SPAN_CODE:
        case SPAN_ANNOTATION: break;
        }
    }
    *def = def_named_at(facts, offset);
    if (*def >= 0) return facts->defs[*def].declaration ? CATEGORY_REFERENCE : CATEGORY_DEFINITION;
    if (call_named_at(facts, offset)) return CATEGORY_CALL;
    if (in_import(facts, offset)) return CATEGORY_IMPORT;
    if (span && span->kind == SPAN_ANNOTATION) return CATEGORY_ANNOTATION;
    return CATEGORY_REFERENCE;
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

// The next identifier of text[at, end); false when there is none.
static bool next_name(Str text, uint32_t *at, uint32_t end)
{
    while (*at < end && !is_name_byte(text.ptr[*at])) (*at)++;
    return *at < end;
}

static void skip_name(Str text, uint32_t *at, uint32_t end)
{
    while (*at < end && is_name_byte(text.ptr[*at])) (*at)++;
}

Category facts_classify(const Facts *facts, Str text, Span span, int32_t *def)
{
    enum { NAMES_LOOKED_AT = 8 };
    uint32_t at = span.start, end = (uint32_t)MIN((size_t)span.end, text.len);
    *def = -1;
    if (facts->lang == LANG_NONE) return CATEGORY_TEXT;
    if (!next_name(text, &at, end)) return classify_at(facts, span.start, def);
    // "def run", "int run" and "return run(" begin with a word that tells nothing: the first name
    // that is a definition, call or import decides, else what the first one is.
    Category first = classify_at(facts, at, def);
    bool decided = first != CATEGORY_REFERENCE && first != CATEGORY_ANNOTATION;
    if (decided || *def >= 0) return first;
    for (int i = 1; i < NAMES_LOOKED_AT; i++) {
        skip_name(text, &at, end);
        if (!next_name(text, &at, end)) break;
        int32_t named;
        Category category = classify_at(facts, at, &named);
        if (named < 0 && category != CATEGORY_CALL && category != CATEGORY_IMPORT) continue;
        *def = named;
        return category;
    }
    return first;
}
