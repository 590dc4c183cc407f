// fuzz/shape.c - a pattern or a rule and a text, in any language: what is found lies in the text,
// holds the words it was said to hold, and comes in order.
//
// The first byte names the language, the second one the strictness and the rest of the rule; a NUL
// byte parts the pattern from the text.
#include <stdlib.h>

#include "lang/shape.h"

enum { MAX_STEPS = 300000 };

static void check_span(Span span, Str text)
{
    if (span.start > span.end || span.end > text.len) abort();
}

static void check_match(const ShapeMatch *match, Str text)
{
    check_span(match->span, text);
    for (uint32_t i = 0; i < match->capture_count; i++) {
        const ShapeCapture *capture = &match->captures[i];
        if (!capture->many && capture->count != 1) abort();
        if (!capture->name.len) abort();
        for (uint32_t n = 0; n < capture->count; n++) check_span(capture->nodes[n], text);
    }
}

static void check(Ctx *cx, Parser *parser, const ShapeQuery *query, Str text)
{
    const Shape *shape;
    const ShapeTree *tree;
    ShapeMatches found;
    Fail fail = shape_compile(cx, parser, query, &shape);
    if (fail) {
        if (!fail->detail.len) abort();
        return;
    }
    if (shape_parse(cx, parser, query->lang, text, &tree)) abort();
    fail = shape_find(cx, shape, tree, &found);
    if (fail && fail->kind != PROBLEM_TOO_COSTLY) abort();
    if (fail) return;
    for (size_t i = 0; i < found.count; i++) {
        check_match(&found.items[i], text);
        if (i && found.items[i].span.start < found.items[i - 1].span.start) abort();
    }
    if (found.count && !shape_may_match(shape, text)) abort();
}

// The pattern in one of the places of a rule.
static void check_rule(Ctx *cx, Parser *parser, LangId lang, uint8_t how, Str pattern, Str text)
{
    static const ShapeRule any = {.pattern.text = {"$A", 2}};
    const ShapeRule it = {
        .pattern = {pattern, {0}, (ShapeStrictness)(how % SHAPE_STRICTNESSES), how & 0x80}};
    const ShapeRelation relation = {
        .rule = &it, .stop = how & 0x40 ? SHAPE_END : SHAPE_UNTIL, .until = &any};
    ShapeRule rule = {.pattern = it.pattern};
    switch (how >> 3 & 7) {
    case 0: rule = (ShapeRule){.pattern = any.pattern, .inside = &relation}; break;
    case 1: rule = (ShapeRule){.pattern = any.pattern, .has = &relation}; break;
    case 2: rule = (ShapeRule){.pattern = any.pattern, .follows = &relation}; break;
    case 3: rule = (ShapeRule){.pattern = any.pattern, .precedes = &relation}; break;
    case 4: rule = (ShapeRule){.not = &it}; break;
    case 5: rule.nth = (ShapeNth){{"2n+1", 4}, how & 0x40, &it}; break;
    default: break;
    }
    ShapeQuery query = {.lang = lang, .rule = &rule, .max_steps = MAX_STEPS};
    check(cx, parser, &query, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) return 0;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Parser *parser = parser_new(NULL);
    Str rest = {(const char *)data + 2, size - 2}, pattern = {0};
    LangId lang = (LangId)(LANG_NONE + 1 + data[0] % (LANG_COUNT - 1));
    str_next(&rest, '\0', &pattern);
    // The parser takes minutes on some broken Kotlin of 500 bytes; that is no matter of patterns.
    if (lang == LANG_kotlin) lang = LANG_java;
    check_rule(&cx, parser, lang, data[1], pattern, rest);
    arena_fini(&arena);
    parser_free(parser);
    return 0;
}
