// fuzz/doc.c - bytes taken for a Doc: what is accepted can be packed, and encodes to what decodes
// to the same.
#include <stdlib.h>

#include "index/lexicon.h"

static Str encode(Arena *arena, const Doc *doc)
{
    Buf out = buf_on(arena);
    doc_encode(&out, doc);
    return buf_str(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena = {0};
    Doc doc, again;
    if (doc_decode(&arena, (Str){(const char *)data, size}, &doc)) {
        Str bytes = encode(&arena, &doc);
        if (!doc_decode(&arena, bytes, &again)) abort();
        if (!str_eq(bytes, encode(&arena, &again))) abort();
        LexiconBuilder *builder = lexicon_builder_new();
        lexicon_add(builder, STR("src/a.c"), &doc);
        lexicon_add(builder, STR("src/b.c"), &again);
        Lexicon lexicon;
        lexicon_view(lexicon_finish(builder), &lexicon);
        if (lexicon.head->chunks != 2 * doc.chunk_count) abort();
        lexicon_builder_free(builder);
    }
    arena_fini(&arena);
    return 0;
}
