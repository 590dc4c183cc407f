// fuzz/facts_wire.c - facts as bytes: any bytes either are refused or give facts whose offsets and
// indexes hold, which encode and decode to the same again.
#include <stdlib.h>

#include "lang/wire.h"

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

static size_t check_facts(const Facts *facts, Str text)
{
    size_t total = 0;
    for (uint32_t i = 0; i < facts->def_count; i++) {
        const Def *def = &facts->defs[i];
        check_span(def->full, text);
        check_span(def->name_span, text);
        must(def->kind < DEF_KINDS && def->parent >= -1 && def->parent < (int32_t)i);
        total += sum(def->name) + sum(def->qualified) + sum(def->signature) + sum(def->doc);
    }
    for (uint32_t i = 0; i < facts->call_count; i++) {
        const Call *call = &facts->calls[i];
        check_span(call->full, text);
        check_span(call->name_span, text);
        must(call->enclosing >= -1 && call->enclosing < (int32_t)facts->def_count);
        for (uint32_t j = 0; j < call->keyword_count; j++) total += sum(call->keywords[j]);
        total += sum(call->callee) + sum(call->name) + sum(call->receiver);
    }
    for (uint32_t i = 0; i < facts->import_count; i++) check_span(facts->imports[i].full, text);
    for (uint32_t i = 0; i < facts->span_count; i++) {
        check_span(facts->spans[i].span, text);
        must(facts->spans[i].outer >= -1 && facts->spans[i].outer < (int32_t)i);
    }
    for (uint32_t at = 0; at < text.len; at += 7) {
        int32_t def;
        total += (size_t)facts_classify(facts, text, (Span){at, at + 1}, &def);
        total += (size_t)facts_enclosing(facts, at);
    }
    return total;
}

static Str encode(Arena *arena, const Facts *facts, Str text)
{
    Buf buf = buf_on(arena);
    facts_encode(&buf, facts, text, false);
    return buf_str(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char source[] = "int run(void) { return f(a, b); } /* words */ char *x = \"s\";";
    static const Str text = {source, sizeof source - 1};
    Arena arena = {0};
    Facts facts, back;
    if (facts_decode(&arena, (Str){(const char *)data, size}, text, &facts)) {
        check_facts(&facts, text);
        Str bytes = encode(&arena, &facts, text);
        must(facts_decode(&arena, bytes, text, &back));
        must(str_eq(bytes, encode(&arena, &back, text)));
    }
    arena_fini(&arena);
    return 0;
}
