// index/doc_wire.c - a Doc as bytes and back.
//
//   form, lang, partial, bytes, lines
//   words:  count, then each as length and bytes
//   chunks: count, then each as lines and tokens
//   tokens: each as word << 1 | comment
//   defs:   count, then each as kind << 1 | declaration, how far its parent stands before it (0:
//           none), lines from the definition before, name's line, lines, name
#include "index/doc.h"
#include "lang/wire.h"

void doc_encode(Buf *out, const Doc *doc)
{
    wire_put(out, doc->form);
    wire_put(out, doc->lang);
    wire_put(out, doc->partial);
    wire_put(out, doc->bytes);
    wire_put(out, doc->line_count);
    wire_put(out, doc->word_count);
    for (uint32_t i = 0; i < doc->word_count; i++) wire_put_str(out, doc->words[i]);
    wire_put(out, doc->chunk_count);
    for (uint32_t i = 0, token = 0; i < doc->chunk_count; i++) {
        const DocChunk *chunk = &doc->chunks[i];
        wire_put(out, chunk->last_line - chunk->first_line);
        wire_put(out, chunk->token_end - token);
        token = chunk->token_end;
    }
    for (uint32_t i = 0; i < doc->token_count; i++) wire_put(out, doc->tokens[i]);
    wire_put(out, doc->def_count);
    for (uint32_t i = 0, line = 0; i < doc->def_count; i++) {
        const DocDef *def = &doc->defs[i];
        wire_put(out, (uint64_t)def->kind << 1 | def->declaration);
        wire_put(out, def->parent < 0 ? 0 : (uint64_t)i - (uint64_t)def->parent);
        wire_put(out, def->start_line - line);
        wire_put(out, def->line - def->start_line);
        wire_put(out, def->end_line - def->line);
        wire_put_str(out, def->name);
        line = def->start_line;
    }
}

// How many of something follow: never more than there are bytes left, as each takes at least one.
static uint32_t get_count(Wire *in)
{
    return (uint32_t)wire_get(in, (uint64_t)(in->end - in->at));
}

static void get_words(Wire *in, Arena *arena, Doc *out)
{
    out->word_count = get_count(in);
    Str *words = ARENA_ARRAY(arena, Str, out->word_count);
    for (uint32_t i = 0; i < out->word_count; i++) words[i] = wire_get_str(in);
    out->words = words;
}

static void get_chunks(Wire *in, Arena *arena, Doc *out)
{
    out->chunk_count = get_count(in);
    DocChunk *chunks = ARENA_ARRAY(arena, DocChunk, out->chunk_count);
    uint32_t line = 0;
    for (uint32_t i = 0; i < out->chunk_count && !in->bad; i++) {
        if (line >= out->line_count) in->bad = true;
        chunks[i].first_line = line + 1;
        uint32_t more = (uint32_t)wire_get(in, in->bad ? 0 : out->line_count - line - 1);
        chunks[i].last_line = line = line + 1 + more;
        uint64_t room = (uint64_t)(in->end - in->at);
        out->token_count += (uint32_t)wire_get(in, room - MIN(room, out->token_count));
        chunks[i].token_end = out->token_count;
    }
    if (line != out->line_count) in->bad = true;
    out->chunks = chunks;
}

static void get_tokens(Wire *in, Arena *arena, Doc *out)
{
    if (in->bad || out->token_count > (uint64_t)(in->end - in->at)) {
        in->bad = true;
        return;
    }
    uint32_t *tokens = arena_alloc_raw(arena, out->token_count * sizeof *tokens);
    uint64_t most = out->word_count ? (uint64_t)out->word_count * 2 - 1 : 0;
    if (out->token_count && !out->word_count) in->bad = true;
    for (uint32_t i = 0; i < out->token_count; i++) tokens[i] = (uint32_t)wire_get(in, most);
    out->tokens = tokens;
}

static void get_def(Wire *in, DocDef *defs, uint32_t i, uint32_t *line, uint32_t line_count)
{
    DocDef *def = &defs[i];
    uint64_t kind = wire_get(in, DOC_HEADING << 1 | 1);
    def->kind = (uint8_t)(kind >> 1);
    def->declaration = kind & 1;
    uint64_t up = wire_get(in, i);
    def->parent = up ? (int32_t)(i - up) : -1;
    def->start_line = *line + (uint32_t)wire_get(in, line_count - *line);
    def->line = def->start_line + (uint32_t)wire_get(in, line_count - def->start_line);
    def->end_line = def->line + (uint32_t)wire_get(in, line_count - def->line);
    def->name = wire_get_str(in);
    if (!def->start_line) in->bad = true;
    *line = def->start_line;
}

bool doc_decode(Arena *arena, Str bytes, Doc *out)
{
    Wire in = {bytes.ptr, bytes.ptr + bytes.len, false};
    Doc doc = {0};
    doc.form = (PathForm)wire_get(&in, FORMS - 1);
    doc.lang = (LangId)wire_get(&in, LANG_COUNT - 1);
    doc.partial = wire_get(&in, 1);
    doc.bytes = (uint32_t)wire_get(&in, UINT32_MAX);
    doc.line_count = (uint32_t)wire_get(&in, doc.bytes);
    get_words(&in, arena, &doc);
    get_chunks(&in, arena, &doc);
    get_tokens(&in, arena, &doc);
    doc.def_count = get_count(&in);
    DocDef *defs = ARENA_ARRAY(arena, DocDef, doc.def_count);
    uint32_t line = 0;
    for (uint32_t i = 0; i < doc.def_count && !in.bad; i++)
        get_def(&in, defs, i, &line, doc.line_count);
    doc.defs = defs;
    *out = doc;
    return !in.bad && in.at == in.end;
}
