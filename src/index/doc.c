// index/doc.c - from text to Doc.
//
// DESIGN. Three steps, each over the whole text once: facts (a parse, or kept ones), lines and
// their chunks, words. Words are numbered by an open-addressing table that keeps, for each, its
// hash and its place in the text; it is emptied by raising a number, not by clearing.
#include "index/doc.h"

#include "base/hash.h"
#include "base/vec.h"
#include "index/terms.h"
#include "index/varint.h"

typedef struct WordSlot {
    uint32_t hash, round; // used when round is the maker's
    uint32_t start, len;
    uint32_t word;
} WordSlot;

struct DocMaker {
    Parser *parser;
    Arena scratch;
    WordSlot *slots;
    uint32_t slot_mask, round;
};

DocMaker *doc_maker_new(const Grammars *grammars)
{
    enum { FIRST_SLOTS = 4096 };
    DocMaker *maker = mem_alloc(sizeof *maker);
    maker->parser = parser_new(grammars);
    maker->slots = mem_alloc(FIRST_SLOTS * sizeof *maker->slots);
    maker->slot_mask = FIRST_SLOTS - 1;
    return maker;
}

void doc_maker_free(DocMaker *maker)
{
    if (!maker) return;
    parser_free(maker->parser);
    arena_fini(&maker->scratch);
    mem_free(maker->slots);
    mem_free(maker);
}

DefClass doc_def_class(uint8_t kind, bool declaration)
{
    if (declaration) return CLASS_DECLARATION;
    if (kind == DOC_HEADING) return CLASS_HEADING;
    switch ((DefKind)kind) {
    case DEF_FUNCTION:
    case DEF_METHOD:
    case DEF_MACRO: return CLASS_FUNCTION;
    case DEF_IMPL: return CLASS_IMPL;
    case DEF_MODULE: return CLASS_MODULE;
    case DEF_CONSTANT:
    case DEF_VARIABLE: return CLASS_VALUE;
    case DEF_FIELD:
    case DEF_ENUM_MEMBER: return CLASS_MEMBER;
    default: return CLASS_TYPE;
    }
}

typedef struct Making { // one file
    Ctx *cx;
    DocMaker *maker;
    Str text;
    Facts facts;
    LineStarts lines;
    bool *comment_lines; // by line - 1; only where comments are guessed
    Doc *out;
    VEC(Str) words;
    uint32_t *tokens;
    uint32_t token_cap;
    uint32_t next_span, comment_end; // of facts.spans; where the comment around ends
    uint32_t chunk, chunk_end;       // being filled; where it ends in the text
    DocChunk *chunks;
} Making;

// --- definitions ---

static bool is_local(const Facts *facts, const Def *def)
{
    if (def->kind != DEF_VARIABLE && def->kind != DEF_CONSTANT) return false;
    if (def->parent < 0) return false;
    DefKind around = facts->defs[def->parent].kind;
    return around == DEF_FUNCTION || around == DEF_METHOD;
}

bool doc_lists(const Facts *facts, uint32_t def)
{
    return !is_local(facts, &facts->defs[def]) && facts->defs[def].name.len;
}

Str doc_unlisted(Arena *arena, const Facts *facts)
{
    Buf out = buf_on(arena);
    uint32_t next = 0; // behind the last one
    for (uint32_t i = 0; i < facts->def_count; i++) {
        if (doc_lists(facts, i)) continue;
        varint_add(&out, i - next);
        next = i + 1;
    }
    return out.len ? buf_str(&out) : STR_NONE;
}

uint32_t doc_def_index(Str unlisted, uint32_t doc_def)
{
    const uint8_t *at = (const uint8_t *)unlisted.ptr, *end = at + unlisted.len;
    uint32_t def = 0; // the first one not yet counted
    while (at < end) {
        uint32_t listed = varint_get(&at, end);
        if (doc_def < listed) break;
        doc_def -= listed;
        def += listed + 1;
    }
    return def + doc_def;
}

static void take_defs(Making *making)
{
    const Facts *facts = &making->facts;
    DocDef *defs = ARENA_ARRAY(making->cx->arena, DocDef, facts->def_count);
    int32_t *kept = ARENA_ARRAY(&making->maker->scratch, int32_t, facts->def_count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < facts->def_count; i++) {
        const Def *def = &facts->defs[i];
        kept[i] = def->parent < 0 ? -1 : kept[def->parent];
        if (!doc_lists(facts, i)) continue;
        DocDef *to = &defs[count];
        *to = (DocDef){.name = str_copy(making->cx->arena, def->name),
                       .kind = (uint8_t)def->kind,
                       .declaration = def->declaration,
                       .parent = kept[i]};
        to->start_line = lines_at(&making->lines, def->full.start);
        to->end_line = lines_at(&making->lines, MAX(def->full.end, def->full.start + 1) - 1);
        uint32_t line = lines_at(&making->lines, def->name_span.start);
        to->line = MIN(MAX(line, to->start_line), to->end_line);
        kept[i] = (int32_t)count++;
    }
    making->out->defs = defs;
    making->out->def_count = count;
}

static Str line_text(const Making *making, uint32_t line)
{
    return str_sub(making->text, making->lines.starts[line - 1], making->lines.starts[line]);
}

// The heading on a line, or nothing: "## Name", or a name underlined by the next line.
static Str heading_at(const Making *making, uint32_t line)
{
    enum { LONGEST_HEADING = 200 };
    Str text = str_trim(line_text(making, line));
    size_t marks = 0;
    if (!text.len || text.len > LONGEST_HEADING) return STR_NONE;
    while (marks < text.len && (text.ptr[marks] == '#' || text.ptr[marks] == '=')) marks++;
    if (marks && marks <= 6 && marks < text.len && text.ptr[marks] == ' ')
        return str_trim(str_sub(text, marks, text.len));
    if (marks || line == making->lines.count) return STR_NONE;
    Str under = str_trim(line_text(making, line + 1));
    if (under.len < 3 || under.len + 2 < utf8_count(text) || !strchr("=-~", under.ptr[0]))
        return STR_NONE;
    for (size_t i = 1; i < under.len; i++)
        if (under.ptr[i] != under.ptr[0]) return STR_NONE;
    return text;
}

static void take_headings(Making *making)
{
    VEC(DocDef) defs = {0};
    bool fenced = false;
    for (uint32_t line = 1; line <= making->lines.count; line++) {
        Str text = str_trim(line_text(making, line));
        if (str_starts(text, STR("```")) || str_starts(text, STR("~~~"))) fenced = !fenced;
        Str heading = fenced ? STR_NONE : heading_at(making, line);
        if (!heading.len) continue;
        if (defs.len) defs.items[defs.len - 1].end_line = line - 1;
        DocDef def = {.name = str_copy(making->cx->arena, heading),
                      .kind = DOC_HEADING,
                      .start_line = line,
                      .line = line,
                      .end_line = making->lines.count,
                      .parent = -1};
        VEC_PUSH(making->cx->arena, &defs, def);
    }
    making->out->defs = defs.items;
    making->out->def_count = (uint32_t)defs.len;
}

// --- chunks ---

// Whether a line without a parse looks like a comment.
static bool looks_like_comment(Str line)
{
    static const char *const marks[] = {"//", "#",  "--", "/*",     "* ",
                                        "*/", ";;", "%",  "\"\"\"", "<!--"};
    line = str_trim(line);
    if (str_starts(line, STR("#include")) || str_starts(line, STR("#define")) ||
        str_starts(line, STR("#if")))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        if (str_starts(line, str_from(marks[i]))) return true;
    return str_eq(line, STR("*"));
}

static bool in_comment(const Facts *facts, uint32_t offset)
{
    uint32_t low = 0, high = facts->span_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (facts->spans[middle].span.start <= offset) low = middle + 1;
        else high = middle;
    }
    for (int32_t i = (int32_t)low - 1; i >= 0; i = facts->spans[i].outer) {
        const TextSpan *span = &facts->spans[i];
        if (span->span.end <= offset) continue;
        if (span->kind == SPAN_COMMENT || span->kind == SPAN_DOCSTRING) return true;
    }
    return false;
}

// A line that belongs to the definition below it.
static bool leads_on(const Making *making, uint32_t line)
{
    Str text = line_text(making, line);
    size_t at = 0;
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t')) at++;
    Str rest = str_sub(text, at, text.len);
    if (!str_trim(rest).len) return false;
    if (rest.ptr[0] == '@' || str_starts(rest, STR("#[")) || str_starts(rest, STR("template")))
        return true;
    return in_comment(&making->facts, making->lines.starts[line - 1] + (uint32_t)at);
}

static void cut_chunks(Making *making)
{
    Arena *scratch = &making->maker->scratch;
    Doc *out = making->out;
    uint32_t *boundaries = ARENA_ARRAY(scratch, uint32_t, out->def_count);
    size_t count = 0;
    uint32_t least = 1; // a boundary is not moved up beyond the one before
    for (uint32_t i = 0; i < out->def_count; i++) {
        const DocDef *def = &out->defs[i];
        if (def->end_line == def->start_line && def->kind != DOC_HEADING) continue;
        uint32_t line = def->start_line;
        while (line > least + 1 && leads_on(making, line - 1)) line--;
        boundaries[count++] = line;
        least = MAX(least, def->start_line);
    }
    ChunkVec chunks = chunks_cut(scratch, &making->lines, boundaries, count);
    making->chunks = ARENA_ARRAY(making->cx->arena, DocChunk, chunks.len);
    for (size_t i = 0; i < chunks.len; i++)
        making->chunks[i] = (DocChunk){chunks.items[i].first_line, chunks.items[i].last_line, 0};
    out->chunks = making->chunks;
    out->chunk_count = (uint32_t)chunks.len;
}

// --- words ---

static void grow_slots(DocMaker *maker)
{
    uint32_t old_mask = maker->slot_mask, mask = old_mask * 2 + 1;
    WordSlot *slots = mem_alloc(((size_t)mask + 1) * sizeof *slots);
    for (uint32_t i = 0; i <= old_mask; i++) {
        const WordSlot *from = &maker->slots[i];
        if (from->round != maker->round) continue;
        uint32_t at = from->hash & mask;
        while (slots[at].round == maker->round) at = (at + 1) & mask;
        slots[at] = *from;
    }
    mem_free(maker->slots);
    maker->slots = slots;
    maker->slot_mask = mask;
}

static uint32_t number_word(Making *making, uint32_t start, uint32_t len)
{
    DocMaker *maker = making->maker;
    if (making->words.len * 2 > maker->slot_mask) grow_slots(maker);
    const char *word = making->text.ptr + start;
    uint32_t hash = (uint32_t)hash_64(word, len);
    for (uint32_t at = hash & maker->slot_mask;; at = (at + 1) & maker->slot_mask) {
        WordSlot *slot = &maker->slots[at];
        if (slot->round != maker->round) {
            *slot = (WordSlot){hash, maker->round, start, len, (uint32_t)making->words.len};
            VEC_PUSH(&maker->scratch, &making->words, (Str){word, len});
            return slot->word;
        }
        if (slot->hash == hash && slot->len == len &&
            memcmp(making->text.ptr + slot->start, word, len) == 0)
            return slot->word;
    }
}

// Moves on to the chunk and the comment that hold `start`.
static void enter(Making *making, uint32_t start)
{
    const Facts *facts = &making->facts;
    while (start >= making->chunk_end) {
        making->chunks[making->chunk++].token_end = making->out->token_count;
        making->chunk_end = making->lines.starts[making->chunks[making->chunk].last_line];
    }
    while (making->next_span < facts->span_count &&
           facts->spans[making->next_span].span.start <= start) {
        const TextSpan *span = &facts->spans[making->next_span++];
        if (span->kind == SPAN_COMMENT || span->kind == SPAN_DOCSTRING)
            making->comment_end = MAX(making->comment_end, span->span.end);
    }
}

static void take_word(void *arg, uint32_t start, uint32_t len)
{
    Making *making = arg;
    Doc *out = making->out;
    enter(making, start);
    bool comment = start < making->comment_end;
    if (making->comment_lines) comment = making->comment_lines[lines_at(&making->lines, start) - 1];
    if (out->token_count == making->token_cap) {
        uint32_t cap = MAX(making->token_cap * 2, 256U);
        making->tokens =
            arena_grow(&making->maker->scratch, making->tokens,
                       making->token_cap * sizeof *making->tokens, cap * sizeof *making->tokens);
        making->token_cap = cap;
    }
    making->tokens[out->token_count++] = number_word(making, start, len) << 1 | comment;
}

static void guess_comments(Making *making)
{
    making->comment_lines = ARENA_ARRAY(&making->maker->scratch, bool, making->lines.count);
    for (uint32_t line = 1; line <= making->lines.count; line++)
        making->comment_lines[line - 1] = looks_like_comment(line_text(making, line));
}

static const void *keep(Arena *arena, const void *items, size_t bytes)
{
    void *copy = arena_alloc_raw(arena, bytes);
    if (bytes) memcpy(copy, items, bytes);
    return copy;
}

static void take_words(Making *making)
{
    Doc *out = making->out;
    if (out->chunk_count) making->chunk_end = making->lines.starts[making->chunks[0].last_line];
    making->maker->round++;
    terms_each_word(making->text, take_word, making);
    while (making->chunk < out->chunk_count)
        making->chunks[making->chunk++].token_end = out->token_count;
    out->words = keep(making->cx->arena, making->words.items, making->words.len * sizeof(Str));
    out->word_count = (uint32_t)making->words.len;
    out->tokens = keep(making->cx->arena, making->tokens, out->token_count * sizeof(uint32_t));
}

static bool is_parsed(LangId lang, Str text)
{
    return lang != LANG_NONE && text.len <= FACTS_LARGEST_FILE;
}

// Everything but the parse.
static void make(Making *making, LangId lang, PathForm form)
{
    *making->out = (Doc){.lang = lang,
                         .form = form,
                         .partial = making->facts.partial,
                         .bytes = (uint32_t)making->text.len};
    making->lines = lines_find(&making->maker->scratch, making->text);
    making->out->line_count = making->lines.count;
    if (form == FORM_MARKDOWN) take_headings(making);
    else take_defs(making);
    if (!is_parsed(lang, making->text) && form == FORM_CODE) guess_comments(making);
    cut_chunks(making);
    take_words(making);
}

Fail doc_make_facts(Ctx *cx, DocMaker *maker, LangId lang, PathForm form, Str text, Doc *out,
                    Facts *facts)
{
    Making making = {.cx = cx, .maker = maker, .text = text, .out = out};
    if (is_parsed(lang, text)) TRY(facts_extract(cx, maker->parser, lang, text, &making.facts));
    make(&making, lang, form);
    *facts = making.facts;
    arena_reset(&maker->scratch);
    return NULL;
}

// What others see of a file that is not parsed: documents mean nothing to names.
static Hash128 face_of_text(LangId lang, PathForm form, Str text)
{
    bool counts = lang != LANG_NONE || form == FORM_CODE || form == FORM_DATA;
    return counts ? names_face_of_text(text) : (Hash128){0};
}

static Fail extract(Ctx *cx, DocMaker *maker, LangId lang, Str text, Facts *facts, Names *names)
{
    if (lang_has_names(lang)) return names_extract(cx, maker->parser, lang, text, facts, names);
    return facts_extract(cx, maker->parser, lang, text, facts);
}

static Fail take_parse(Ctx *cx, Making *making, LangId lang, DocFacts *kept)
{
    Names names = {0};
    Str text = making->text;
    Ctx scratch = ctx_child(cx, &making->maker->scratch);
    Fail fail = extract(&scratch, making->maker, lang, text, &making->facts, &names);
    if (fail) return problem_copy(cx->arena, fail);
    Buf brief = buf_on(cx->arena), bytes = buf_on(cx->arena);
    kept->face = names_face(&making->facts, &names, text);
    kept->unlisted = doc_unlisted(cx->arena, &making->facts);
    if (!brief_encode(&brief, &making->facts, text)) return NULL; // then nothing is kept of it
    kept->brief = buf_str(&brief);
    if (lang_has_names(lang)) names_encode(&bytes, &making->facts, &names, text);
    if (bytes.len) kept->names = buf_str(&bytes);
    return NULL;
}

Fail doc_make_kept(Ctx *cx, DocMaker *maker, LangId lang, PathForm form, Str text, DocFacts *facts,
                   Doc *out)
{
    Fail fail = NULL;
    Making making = {.cx = cx, .maker = maker, .text = text, .out = out};
    *facts = (DocFacts){0};
    if (is_parsed(lang, text)) fail = take_parse(cx, &making, lang, facts);
    else facts->face = face_of_text(lang, form, text);
    if (!fail) make(&making, lang, form);
    arena_reset(&maker->scratch);
    return fail;
}

DocFacts doc_facts_copy(Arena *arena, const DocFacts *facts)
{
    return (DocFacts){.brief = facts->brief.len ? str_copy(arena, facts->brief) : STR_NONE,
                      .names = facts->names.len ? str_copy(arena, facts->names) : STR_NONE,
                      .face = facts->face,
                      .unlisted =
                          facts->unlisted.len ? str_copy(arena, facts->unlisted) : STR_NONE};
}

Fail doc_make(Ctx *cx, DocMaker *maker, LangId lang, PathForm form, Str text, Doc *out)
{
    Facts facts;
    return doc_make_facts(cx, maker, lang, form, text, out, &facts);
}

static bool take_kept(Ctx *cx, Making *making, LangId lang, DocFacts *kept)
{
    Brief brief;
    NamesKept names = {0};
    Arena *scratch = &making->maker->scratch;
    if (!brief_decode(scratch, kept->brief, lang, making->text, NULL, 0, &brief)) return false;
    if (lang_has_names(lang) &&
        !names_decode(scratch, kept->names, making->text, &brief.facts, &names))
        return false;
    making->facts = brief.facts;
    kept->face = names_face(&brief.facts, &names.names, making->text);
    kept->unlisted = doc_unlisted(cx->arena, &brief.facts);
    return true;
}

bool doc_from_kept(Ctx *cx, DocMaker *maker, LangId lang, PathForm form, Str text, DocFacts *facts,
                   Doc *out)
{
    Making making = {.cx = cx, .maker = maker, .text = text, .out = out};
    bool parsed = is_parsed(lang, text), fits = !parsed || take_kept(cx, &making, lang, facts);
    if (!parsed) *facts = (DocFacts){.face = face_of_text(lang, form, text)};
    if (fits) make(&making, lang, form);
    arena_reset(&maker->scratch);
    return fits;
}
