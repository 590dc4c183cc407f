// fuzz/brief.c - kept facts: any bytes behind the right hash either are refused or give facts whose
// offsets and indexes hold, of which a Doc can be made.
#include <stdlib.h>

#include "base/hash.h"
#include "base/squeeze.h"
#include "index/doc.h"

static void must(bool ok)
{
    if (!ok) abort();
}

static void check_span(Span span, Str text)
{
    must(span.start <= span.end && span.end <= text.len);
}

// Reads every byte that a user of the facts may read.
static size_t sum(Str s)
{
    size_t total = 0;
    for (size_t i = 0; i < s.len; i++) total += (unsigned char)s.ptr[i];
    return total;
}

static void check_brief(Arena *arena, const Brief *brief)
{
    const Facts *facts = &brief->facts;
    for (uint32_t i = 0; i < facts->def_count; i++) {
        const Def *def = &facts->defs[i];
        check_span(def->full, brief->text);
        check_span(def->name_span, brief->text);
        must(def->kind < DEF_KINDS && def->parent >= -1 && def->parent < (int32_t)i);
        must(sum(def->name) + sum(brief_qualified(arena, brief, (int32_t)i)) +
                 sum(brief_signature(arena, brief, (int32_t)i)) <
             SIZE_MAX);
    }
    for (uint32_t i = 0; i < facts->call_count; i++)
        check_span(facts->calls[i].name_span, brief->text);
    for (uint32_t i = 0; i < facts->import_count; i++)
        check_span(facts->imports[i].full, brief->text);
    for (uint32_t i = 0; i < facts->span_count; i++) {
        check_span(facts->spans[i].span, brief->text);
        must(facts->spans[i].outer >= -1 && facts->spans[i].outer < (int32_t)i);
    }
    for (uint32_t at = 0; at < brief->text.len; at += 7) {
        int32_t def;
        must(facts_classify(facts, brief->text, (Span){at, at + 9}, &def) < CATEGORIES);
        must(facts_enclosing(facts, at) < (int32_t)facts->def_count);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char source[] = "#include <a.h>\nint run(void) { return f(a, b); } /* words */\n"
                                 "struct s { int x, y; };\nchar *x = \"s\";\n";
    static const Str text = {source, sizeof source - 1};
    static const Span asked[] = {{0, 20}, {21, 21}, {40, 70}, {90, 200}};
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    uint64_t hash = hash_str(text);
    Buf bytes = buf_on(&arena), doc_bytes = buf_on(&arena);
    Brief brief;
    Doc doc;
    buf_add(&bytes, (Str){(const char *)&hash, sizeof hash});
    squeeze_add(&bytes, (Str){(const char *)data, size}, 0); // as they are
    if (brief_decode(&arena, buf_str(&bytes), LANG_c, text, asked, ARRAY_LEN(asked), &brief)) {
        check_brief(&arena, &brief);
        DocMaker *maker = doc_maker_new(NULL);
        static const NameScope file = {.span = {0, sizeof source - 1}};
        Buf names = buf_on(&arena);
        names_encode(&names, &(Facts){0}, &(Names){.scopes = &file, .scope_count = 1}, text);
        DocFacts facts = {.brief = buf_str(&bytes), .names = buf_str(&names)};
        must(doc_from_kept(&cx, maker, LANG_c, FORM_CODE, text, &facts, &doc));
        doc_encode(&doc_bytes, &doc);
        must(doc_decode(&arena, buf_str(&doc_bytes), &doc));
        doc_maker_free(maker);
    }
    arena_fini(&arena);
    return 0;
}
