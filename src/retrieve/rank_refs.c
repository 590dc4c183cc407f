// retrieve/rank_refs.c - files that a question names, and messages that stand in them.
#include <math.h>

#include "index/path_class.h"
#include "retrieve/rank_.h"

// --- paths in the question ---

enum { MOST_NAMESAKES = 8 };

typedef struct Fit { // the files that a named path may be
    uint32_t files[MOST_NAMESAKES];
    uint32_t count; // all of them
    uint32_t parts; // that the path and each of them have in common, from the end
    bool whole;     // all parts of one of the two
} Fit;

static Str cut_last(Str *path)
{
    size_t slash = str_find_last(*path, '/');
    Str last = slash < path->len ? str_sub(*path, slash + 1, path->len) : *path;
    *path = slash < path->len ? str_sub(*path, 0, slash) : STR_NONE;
    return last;
}

static void compare(Str wanted, uint32_t file, Str path, Fit *fit)
{
    uint32_t parts = 0;
    while (wanted.len && path.len) {
        Str left = wanted, right = path;
        if (!str_eq(cut_last(&left), cut_last(&right))) break;
        wanted = left;
        path = right;
        parts++;
    }
    bool whole = !wanted.len || !path.len;
    if (!parts || parts < fit->parts || (parts == fit->parts && fit->whole && !whole)) return;
    if (parts > fit->parts || whole != fit->whole) *fit = (Fit){.parts = parts, .whole = whole};
    if (fit->count < MOST_NAMESAKES) fit->files[fit->count] = file;
    fit->count++;
}

// One pass over all paths, for all refs.
static Fit *find_files(const Rank *rank, const bool *allowed)
{
    const Query *query = rank->query;
    Fit *fits = ARENA_ARRAY(rank->arena, Fit, query->ref_count);
    Str *names = ARENA_ARRAY(rank->arena, Str, query->ref_count);
    for (size_t i = 0; i < query->ref_count; i++) {
        Str folder = query->refs[i].path;
        names[i] = cut_last(&folder);
    }
    for (uint32_t file = 0; file < rank->corpus->files; file++) {
        Str path = corpus_path(rank->corpus, file);
        for (size_t i = 0; i < query->ref_count; i++) {
            if (!str_ends(path, names[i]) || (allowed && !allowed[file])) continue;
            const CorpusPart *part = corpus_part_of_file(rank->corpus, file);
            if (!corpus_is_dead(part, file - part->first_file))
                compare(query->refs[i].path, file, path, &fits[i]);
        }
    }
    return fits;
}

static void add_named(Rank *rank, uint32_t file, uint32_t line, double value)
{
    const CorpusPart *part = corpus_part_of_file(rank->corpus, file);
    const LexFile *row = corpus_file(rank->corpus, file);
    if (!row->chunk_count) return;
    uint32_t chunk = rank_chunk_at(part, row, line);
    VEC_PUSH(rank->arena, &rank->named, (NamedFile){file, chunk, line, (float)value});
    Candidate *at = rank_candidate(rank, file);
    at->features[FEATURE_NAMED] = MAX(at->features[FEATURE_NAMED], value);
    if (at->best_chunk == (uint32_t)CHUNK_NONE) at->best_chunk = chunk;
}

// How surely the path means one of these files: another machine's folders leave some doubt,
// namesakes more; and in a sentence, "node.js" need not be a file at all.
static double value_of(const Query *query, const QueryRef *ref, const Fit *fit)
{
    bool bare = !ref->line && str_find(ref->path, '/') == ref->path.len;
    if (!fit->count || fit->count > MOST_NAMESAKES) return 0;
    double value = fit->whole ? 1 : fit->parts > 1 ? .8 : .4;
    if (bare && query->kind == QUERY_WORDS) value *= .4;
    return value / sqrt(fit->count);
}

// Of a trace, the frame that is further from where it broke counts less.
void rank_find_named(Rank *rank, const bool *allowed)
{
    const Query *query = rank->query;
    double frame = 1;
    if (!query->ref_count) return;
    const Fit *fits = find_files(rank, allowed);
    for (size_t n = 0; n < query->ref_count; n++) {
        size_t i = query->inner_last ? query->ref_count - 1 - n : n;
        double value = value_of(query, &query->refs[i], &fits[i]) * frame;
        if (value <= 0) continue;
        for (uint32_t k = 0; k < fits[i].count; k++)
            add_named(rank, fits[i].files[k], query->refs[i].line, value);
        if (query->kind == QUERY_TRACE) frame = MAX(frame - .12, .4);
    }
}

// --- messages ---

enum {
    MESSAGE_CHUNKS = 300,
    MESSAGE_MOST_TOKENS = 4096,
    MESSAGE_GAP = 4,
    MESSAGE_LEAST = 3,
    MESSAGE_WORDS = 6
};

typedef struct Message {
    uint32_t terms[QUERY_MOST_TERMS]; // of the part, in the order of the question
    double weights[QUERY_MOST_TERMS], all;
    size_t count;
} Message;

static Message message_of(const Rank *rank, size_t part)
{
    Message out = {0};
    for (size_t i = 0; i < rank->lexical.term_count; i++) {
        const LexicalTerm *term = &rank->lexical.terms[i];
        if (!term->of->plain || term->of->weight < 1) continue;
        out.terms[out.count] = term->numbers[part];
        out.weights[out.count] = term->chunks ? term->idf : 0; // what differs from case to case
        out.all += out.weights[out.count++];
    }
    return out;
}

// The heaviest run of words that follow each other in the chunk as in the message.
static double longest_run(const Message *message, const uint32_t *tokens, uint32_t count)
{
    double run[QUERY_MOST_TERMS] = {0}, best = 0;
    uint32_t words[QUERY_MOST_TERMS] = {0}, last[QUERY_MOST_TERMS] = {0};
    for (uint32_t at = 0; at < count; at++) {
        for (size_t i = 0; i < message->count; i++) {
            if (tokens[at] != message->terms[i]) continue;
            bool follows = i && words[i - 1] && at - last[i - 1] <= MESSAGE_GAP;
            run[i] = message->weights[i] + (follows ? run[i - 1] : 0);
            words[i] = follows ? words[i - 1] + 1 : 1;
            last[i] = at;
            if (words[i] >= MESSAGE_LEAST) best = MAX(best, run[i]);
        }
    }
    return message->all > 0 ? best / message->all : 0;
}

void rank_message_features(Rank *rank)
{
    const Corpus *corpus = rank->corpus;
    QueryKind kind = rank->query->kind;
    static const double quoted = .85; // of a sentence, nearly all: else it is no message
    size_t least = kind == QUERY_WORDS ? MESSAGE_WORDS : MESSAGE_LEAST;
    if (rank->query->one_word) return;
    uint32_t *tokens = ARENA_ARRAY(rank->arena, uint32_t, MESSAGE_MOST_TOKENS);
    for (size_t i = 0; i < rank->lexical.hit_count && i < MESSAGE_CHUNKS; i++) {
        uint32_t chunk = rank->lexical.hits[i].chunk;
        const CorpusPart *part = corpus_part_of_chunk(corpus, chunk);
        Message message = message_of(rank, (size_t)(part - corpus->parts));
        if (message.count < least) return;
        uint32_t count =
            lexicon_tokens(part->lexicon, chunk - part->first_chunk, tokens, MESSAGE_MOST_TOKENS);
        double value = longest_run(&message, tokens, count);
        if (value <= (kind == QUERY_WORDS ? quoted : 0)) continue;
        Candidate *at = rank_candidate(rank, corpus_file_of(corpus, chunk));
        value *= value; // half a message is much less than half as good
        at->features[FEATURE_MESSAGE] = MAX(at->features[FEATURE_MESSAGE], value);
        VEC_PUSH(rank->arena, &rank->messages, (MessageChunk){chunk, (float)value});
    }
}
