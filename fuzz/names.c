// fuzz/names.c - kept names: any bytes behind the right version and hash either are refused or give
// names whose offsets and indexes hold, which come back from their own bytes.
#include <stdlib.h>

#include "base/hash.h"
#include "base/squeeze.h"
#include "lang/names_face.h"
#include "lang/wire.h"

static const char source[] = "import os.path as p, json\nclass A(Base):\n"
                             "    def run(self, x: int):\n"
                             "        self.left = x or p.join(f(x), sep='/', *x)\n"
                             "        return json.load(1)(2)\n# words\n";

static void must(bool ok)
{
    if (!ok) abort();
}

static void check_span(Span span)
{
    must(span.start <= span.end && span.end < sizeof source);
}

// Reads every byte that a user of the names may read.
static size_t sum(Str s)
{
    size_t total = 0;
    for (size_t i = 0; i < s.len; i++) total += (unsigned char)s.ptr[i];
    return total;
}

static void check_bindings(const Names *n, uint32_t defs)
{
    for (uint32_t i = 0; i < n->binding_count; i++) {
        const NameBinding *bind = &n->bindings[i];
        bool import = bind->kind == BIND_IMPORT || bind->kind == BIND_STAR;
        must(bind->kind < BIND_KINDS && bind->scope < n->scope_count);
        must(bind->target <= (import ? n->import_count : defs));
        must(bind->value <= n->expr_count && bind->type <= n->expr_count);
        must(!i || bind->span.start >= n->bindings[i - 1].span.start);
        must(sum(bind->name) < SIZE_MAX);
        check_span(bind->span);
    }
}

static void check_names(const NamesKept *kept, uint32_t defs)
{
    const Names *n = &kept->names;
    must(n->scope_count > 0);
    for (uint32_t i = 0; i < n->scope_count; i++) {
        const NameScope *scope = &n->scopes[i];
        must(scope->kind < SCOPE_KINDS && scope->def <= defs);
        must(i ? scope->outer < i : !scope->outer);
        must(!i || scope->span.start >= scope[-1].span.start);
        check_span(scope->span);
    }
    for (uint32_t i = 0; i < n->expr_count; i++) {
        must(n->exprs[i].op < EXPR_OPS && n->exprs[i].base <= i && n->exprs[i].other <= i);
        check_span(n->exprs[i].span);
    }
    check_bindings(n, defs);
    for (uint32_t i = 0; i < n->import_count; i++) {
        const NameImport *import = &n->imports[i];
        must(sum(import->module) + sum(import->name) + sum(import->alias) < SIZE_MAX);
        check_span(import->span);
    }
    for (uint32_t i = 0; i < n->note_count; i++)
        must(n->notes[i].kind < NOTE_KINDS && n->notes[i].def <= defs &&
             n->notes[i].expr <= n->expr_count);
    for (uint32_t i = 0; i < kept->call_count; i++) {
        const Call *call = &kept->calls[i];
        must(!i || call->name_span.start >= call[-1].name_span.start);
        check_span(call->name_span);
        must(call->full.end < sizeof source);
        for (uint32_t k = 0; k < call->keyword_count; k++) must(sum(call->keywords[k]) < SIZE_MAX);
    }
    for (uint32_t at = 0; at < sizeof source; at++) must(names_scope_at(n, at) < n->scope_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const Str text = {source, sizeof source - 1};
    static const Def defs[] = {{.full = {26, 149}, .name_span = {32, 33}, .parent = -1},
                               {.full = {45, 149}, .name_span = {49, 52}, .parent = 0}};
    static const Facts facts = {.lang = LANG_python, .defs = defs, .def_count = 2};
    Arena arena = {0};
    uint64_t hash = hash_str(text);
    Buf bytes = buf_on(&arena), again = buf_on(&arena);
    NamesKept kept, same;
    wire_put(&bytes, NAMES_VERSION);
    buf_add(&bytes, (Str){(const char *)&hash, sizeof hash});
    squeeze_add(&bytes, (Str){(const char *)data, size}, 0); // as they are
    if (names_decode(&arena, buf_str(&bytes), text, &facts, &kept)) {
        check_names(&kept, facts.def_count);
        Facts full = facts;
        full.calls = kept.calls;
        full.call_count = kept.call_count;
        names_encode(&again, &full, &kept.names, text);
        must(names_decode(&arena, buf_str(&again), text, &facts, &same));
        must(same.names.expr_count == kept.names.expr_count && same.call_count == kept.call_count);
        Hash128 a = names_face(&facts, &kept.names, text);
        Hash128 b = names_face(&facts, &same.names, text);
        must(a.low == b.low && a.high == b.high);
    }
    arena_fini(&arena);
    return 0;
}
