// service/find_like.c - what is like a place: its chunk becomes the question.
#include <math.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/vec.h"
#include "service/find_.h"
#include "service/line_ref.h"

enum { MOST_TERMS = 24, MOST_TOKENS = 8192 };

typedef struct Weighed {
    Str text;
    double weight;
} Weighed;

static int by_weight(const void *a, const void *b)
{
    const Weighed *left = a, *right = b;
    if (left->weight != right->weight) return left->weight > right->weight ? -1 : 1;
    return str_cmp(left->text, right->text);
}

static int by_number(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

// The terms that tell the chunk from others: rare ones, and those that it often has.
static void choose_terms(Find *find, const CorpusPart *part, uint32_t chunk, Query *query)
{
    Arena *arena = find->cx->arena;
    const Corpus *corpus = &find->index.corpus;
    uint32_t *tokens = ARENA_ARRAY(arena, uint32_t, MOST_TOKENS);
    uint32_t count = lexicon_tokens(part->lexicon, chunk, tokens, MOST_TOKENS), end;
    VEC(Weighed) found = {0};
    if (count) qsort(tokens, count, sizeof *tokens, by_number);
    for (uint32_t i = 0; i < count; i = end) {
        for (end = i; end < count && tokens[end] == tokens[i];) end++;
        Str text = lexicon_term_text(arena, part->lexicon, tokens[i]);
        double idf = lexical_idf(corpus, lexical_chunks(corpus, text));
        VEC_PUSH(arena, &found, (Weighed){text, idf * (1 + log((double)(end - i)))});
    }
    if (found.len) qsort(found.items, found.len, sizeof *found.items, by_weight);
    QueryTerm *terms = ARENA_ARRAY(arena, QueryTerm, MOST_TERMS);
    for (size_t i = 0; i < found.len && query->term_count < MOST_TERMS; i++)
        terms[query->term_count++] =
            (QueryTerm){.text = found.items[i].text, .weight = 1, .plain = true};
    query->terms = terms;
}

static bool find_file(const Corpus *corpus, Str path, uint32_t *out)
{
    for (uint32_t i = 0; i < corpus->files; i++) {
        const CorpusPart *part = corpus_part_of_file(corpus, i);
        if (corpus_is_dead(part, i - part->first_file) || !str_eq(corpus_path(corpus, i), path))
            continue;
        *out = i;
        return true;
    }
    return false;
}

Fail find_like(Find *find, Str what, uint32_t *like)
{
    Ctx *cx = find->cx;
    LineRef ref;
    Str text = STR("");
    TRY(line_ref_read(cx, find->env, &find->workspace, what, &ref));
    if (!ref.is_file) return line_ref_no_file(cx, find->env, &find->workspace, &ref);
    const Corpus *corpus = &find->index.corpus;
    if (!find_file(corpus, ref.path, like))
        return FAIL(cx->arena, NOT_FOUND, "--like: " STR_FMT " is not among the indexed files",
                    STR_ARG(ref.path));
    const CorpusPart *part = corpus_part_of_file(corpus, *like);
    const LexFile *file = corpus_file(corpus, *like);
    if (!file->chunk_count)
        return FAIL(cx->arena, BAD_REQUEST, "--like: " STR_FMT " is empty", STR_ARG(ref.path));
    if (ref.first_line > file->lines)
        return FAIL(cx->arena, NOT_FOUND, "--like: " STR_FMT " has no line %u; its last one is %u",
                    STR_ARG(ref.path), ref.first_line, file->lines);
    uint32_t line = MAX(ref.first_line, 1u), chunk = file->first_chunk;
    for (uint32_t i = 1; i < file->chunk_count; i++)
        if (lex_chunk(part->lexicon, file->first_chunk + i)->first_line <= line)
            chunk = file->first_chunk + i;
    find->analysed =
        (Query){.text = str_join(cx->arena, STR("like"), STR(" "), what), .kind = QUERY_WORDS};
    choose_terms(find, part, chunk, &find->analysed);
    if (!find->analysed.term_count)
        return FAIL(cx->arena, BAD_REQUEST, "--like: there is no word at " STR_FMT, STR_ARG(what));
    Fail fail = os_read_file(cx, find->workspace.dir, str_cstr(cx->arena, ref.path),
                             (size_t)find->query->max_file_bytes, &text);
    if (fail) { // the terms are enough for words
        log_event(cx, LOG_WARN, "find.unreadable", LOG_STR("path", ref.path),
                  LOG_STR("why", fail->detail));
        return NULL;
    }
    const LexChunk *row = lex_chunk(part->lexicon, chunk);
    LineStarts lines = lines_find(cx->arena, text);
    find->question = lines_between(text, &lines, row->first_line, row->last_line);
    return NULL;
}
