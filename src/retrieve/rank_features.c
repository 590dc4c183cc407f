// retrieve/rank_features.c - what paths, definitions and neighbouring words say about a file.
#include <math.h>
#include <stdlib.h>

#include "index/terms.h"
#include "retrieve/rank_.h"

// --- paths ---

// Which of the query's terms is this one of a part; NULL when it is none of the plain ones.
static const LexicalTerm *asked_for(const Rank *rank, size_t part, uint32_t number)
{
    for (size_t i = 0; i < rank->lexical.term_count; i++) {
        const LexicalTerm *term = &rank->lexical.terms[i];
        if (term->of->plain && term->numbers[part] == number) return term;
    }
    return NULL;
}

// The idf of a path's term; each is looked for in all parts once a question.
static double idf_of(Rank *rank, const CorpusPart *part, uint32_t term)
{
    uint64_t known;
    Str text = lexicon_term_text(rank->arena, part->lexicon, term);
    if (!map_get(&rank->path_terms, text, &known)) {
        known = lexical_chunks(rank->corpus, text);
        map_put(rank->arena, &rank->path_terms, text, known);
    }
    return lexical_idf(rank->corpus, (uint32_t)known);
}

// Which share of these terms, by weight, the query holds.
static double share(Rank *rank, const CorpusPart *part, const uint32_t *terms, uint32_t count)
{
    double asked = 0, all = 0;
    size_t number = (size_t)(part - rank->corpus->parts);
    bool any = false;
    for (uint32_t i = 0; terms && i < count; i++) any = any || asked_for(rank, number, terms[i]);
    for (uint32_t i = 0; any && i < count; i++) {
        if (lex_is_joined(part->lexicon, terms[i])) continue;
        const LexicalTerm *of = asked_for(rank, number, terms[i]);
        double idf = of ? of->idf : idf_of(rank, part, terms[i]);
        all += idf;
        if (of) asked += idf;
    }
    return all > 0 ? asked / all : 0;
}

static void path_features(Rank *rank, Candidate *at)
{
    enum { DEEPEST = 4 };
    const Corpus *corpus = rank->corpus;
    const CorpusPart *part = corpus_part_of_file(corpus, at->file);
    const LexFile *file = corpus_file(corpus, at->file);
    const uint32_t *terms = lex_path_terms(part->lexicon, file);
    unsigned flags = file->flags & ~rank->query->wanted_paths;
    at->features[FEATURE_STEM] = share(rank, part, terms, file->stem_terms);
    at->features[FEATURE_FOLDER] =
        share(rank, part, terms ? terms + file->stem_terms : NULL, file->folder_terms);
    at->features[FEATURE_TEST] = (flags & PATH_TEST) != 0;
    at->features[FEATURE_EXAMPLE] = (flags & PATH_EXAMPLE) != 0;
    at->features[FEATURE_COMPAT] = (flags & PATH_COMPAT) != 0;
    bool docs = file->form == FORM_MARKDOWN || file->form == FORM_PROSE;
    at->features[FEATURE_DOCS] = docs && !rank->query->wants_docs;
    at->features[FEATURE_DATA] = file->form == FORM_DATA;
    at->features[FEATURE_DEPTH] = MIN(file->depth, DEEPEST);
    if (!corpus_use_is_current(corpus)) return; // rank_count_use
    at->features[FEATURE_INDEGREE] = log(1.0 + corpus_use(corpus, at->file));
}

void rank_path_features(Rank *rank)
{
    for (size_t i = 0; i < rank->candidates.len; i++)
        path_features(rank, &rank->candidates.items[i]);
}

typedef struct Hopeful {
    double score;
    uint32_t candidate;
} Hopeful;

static int by_hope(const void *a, const void *b)
{
    const Hopeful *left = a, *right = b;
    if (left->score != right->score) return left->score > right->score ? -1 : 1;
    return left->candidate < right->candidate ? -1 : 1;
}

// Puts a score among the `limit` best so far, ascending; returns the worst of them, once full.
static double add_best(double *best, size_t *count, size_t limit, double score)
{
    size_t at = 0;
    if (*count < limit) {
        at = (*count)++;
        for (; at && best[at - 1] > score; at--) best[at] = best[at - 1];
        best[at] = score;
    } else if (score > best[0]) {
        for (; at + 1 < limit && best[at + 1] < score; at++) best[at] = best[at + 1];
        best[at] = score;
    }
    return *count < limit ? -HUGE_VAL : best[0];
}

static const double rounding = 1e-9;

void rank_count_use(Rank *rank, double weight, size_t limit)
{
    const Corpus *corpus = rank->corpus;
    if (corpus_use_is_current(corpus) || !rank->candidates.len || !limit) return;
    size_t count = rank->candidates.len, known = 0;
    uint32_t *marks = ARENA_ARRAY(rank->arena, uint32_t, corpus->files);
    Hopeful *hopeful = ARENA_ARRAY(rank->arena, Hopeful, count);
    double *best = ARENA_ARRAY(rank->arena, double, MIN(limit, count));
    double worst = -HUGE_VAL, most = MAX(weight, 0.0) * log(1.0 + corpus->live_files);
    for (uint32_t i = 0; i < count; i++) {
        const Candidate *at = &rank->candidates.items[i];
        hopeful[i] = (Hopeful){at->score - weight * at->features[FEATURE_INDEGREE], i};
    }
    qsort(hopeful, count, sizeof *hopeful, by_hope);
    for (size_t i = 0; i < count && hopeful[i].score + most >= worst - rounding; i++) {
        Candidate *at = &rank->candidates.items[hopeful[i].candidate];
        if (!at->use_counted)
            at->features[FEATURE_INDEGREE] =
                log(1.0 + corpus_count_indegree(corpus, marks, at->file));
        at->use_counted = true;
        if (at->features[FEATURE_OLD_VERSION] > 0 || at->features[FEATURE_PLATFORM] > 0)
            continue; // it may be shown beside another one: then it takes no place
        worst = add_best(best, &known, MIN(limit, count),
                         hopeful[i].score + weight * at->features[FEATURE_INDEGREE]);
    }
}

// --- definitions ---

uint32_t rank_chunk_at(const CorpusPart *part, const LexFile *file, uint32_t line)
{
    uint32_t low = file->first_chunk, high = file->first_chunk + file->chunk_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (lex_chunk(part->lexicon, middle)->first_line <= line) low = middle;
        else high = middle;
    }
    return part->first_chunk + low;
}

static bool is_inside(Arena *arena, const Lexicon *lexicon, const LexDef *def, Str parent)
{
    for (int32_t up = def->parent; parent.len && up >= 0;) {
        LexDef around = lex_def(lexicon, (uint32_t)up);
        if (str_eq(lexicon_name_text(arena, lexicon, around.name), parent)) return true;
        up = around.parent;
    }
    return false;
}

static void find_in_part(Rank *rank, const CorpusPart *part, const QueryName *name,
                         const bool *allowed)
{
    const Lexicon *lexicon = part->lexicon;
    uint32_t number = lexicon_name(lexicon, name->name);
    if (number == LEX_NONE) return;
    LexNumbers defs = lexicon_name_defs(lexicon, number);
    while (lex_next_number(&defs)) {
        LexDef def = lex_def(lexicon, defs.value);
        uint32_t file = lex_def_file(lexicon, defs.value);
        if (corpus_is_dead(part, file)) continue;
        if (allowed && !allowed[part->first_file + file]) continue;
        NamedDef named = {.file = part->first_file + file,
                          .chunk = rank_chunk_at(part, lex_file(lexicon, file), def.line),
                          .class = doc_def_class(def.kind, def.declaration),
                          .lines = def.end_line - def.start_line + 1,
                          .in_parent = is_inside(rank->arena, lexicon, &def, name->parent),
                          .strength = name->strength};
        VEC_PUSH(rank->arena, &rank->defs, named);
        rank_candidate(rank, named.file);
    }
}

void rank_find_defs(Rank *rank, const bool *allowed)
{
    for (size_t i = 0; i < rank->query->name_count; i++)
        for (size_t part = 0; part < rank->corpus->part_count; part++)
            find_in_part(rank, &rank->corpus->parts[part], &rank->query->names[i], allowed);
}

static void lift(double *feature, double value)
{
    *feature = MAX(*feature, value);
}

// Letters and digits in lower case; whether both have the same, a plural "s" or "es" aside.
static Str squeeze(Arena *arena, Str s)
{
    Buf out = buf_on(arena);
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c + ('a' - 'A'));
        bool keeps = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
        if (keeps) buf_byte(&out, c);
    }
    return buf_str(&out);
}

static bool is_plural_of(Str many, Str one)
{
    if (!str_starts(many, one)) return false;
    Str end = str_sub(many, one.len, many.len);
    return !end.len || str_eq(end, STR("s")) || str_eq(end, STR("es"));
}

static bool same_name(Arena *arena, Str a, Str b)
{
    Str left = squeeze(arena, a), right = squeeze(arena, b);
    return left.len && right.len && (is_plural_of(left, right) || is_plural_of(right, left));
}

static void exact_features(Rank *rank)
{
    for (size_t i = 0; i < rank->defs.len; i++) {
        const NamedDef *def = &rank->defs.items[i];
        double *features = rank_candidate(rank, def->file)->features;
        if (def->class == CLASS_TYPE) lift(&features[FEATURE_EXACT_TYPE], def->lines > 1 ? 1 : .5);
        lift(&features[FEATURE_EXACT_SIZE], def->strength * MIN(1.0, log(1.0 + def->lines) / 6));
        if (def->in_parent) lift(&features[FEATURE_EXACT_PARENT], 1);
    }
    const QueryName *name = rank->query->name_count ? &rank->query->names[0] : NULL;
    for (size_t i = 0; name && i < rank->candidates.len; i++) {
        Candidate *at = &rank->candidates.items[i];
        Str stem = path_stem(corpus_path(rank->corpus, at->file));
        if (same_name(rank->arena, stem, name->name)) at->features[FEATURE_EXACT_STEM] = 1;
        if (!name->parent.len || !same_name(rank->arena, stem, name->parent)) continue;
        bool defined = at->features[FEATURE_EXACT_SIZE] > 0;
        lift(&at->features[FEATURE_EXACT_PARENT], defined ? 1 : .7);
    }
}

void rank_name_features(Rank *rank)
{
    if (rank->query->one_word) {
        exact_features(rank);
        return;
    }
    for (size_t i = 0; i < rank->defs.len; i++) {
        const NamedDef *def = &rank->defs.items[i];
        if (def->class == CLASS_FUNCTION)
            lift(&rank_candidate(rank, def->file)->features[FEATURE_FUNCTION], def->strength);
    }
}

double rank_chunk_bonus(const Rank *rank, uint32_t chunk)
{
    enum { NAMED_LINE = 5 }; // above all that words and definitions can give
    double best = 0;
    for (size_t i = 0; i < rank->named.len; i++) {
        const NamedFile *named = &rank->named.items[i];
        bool shown = named->line || rank->query->kind == QUERY_PATH;
        if (named->chunk == chunk && shown) return NAMED_LINE + named->value;
    }
    for (size_t i = 0; i < rank->messages.len; i++)
        if (rank->messages.items[i].chunk == chunk)
            best = MAX(best, NAMED_LINE * (double)rank->messages.items[i].value);
    for (size_t i = 0; i < rank->defs.len; i++) {
        const NamedDef *def = &rank->defs.items[i];
        if (def->chunk != chunk) continue;
        double kind = def->class == CLASS_TYPE ? 3 : def->class == CLASS_FUNCTION ? 2 : 1;
        best = MAX(best, kind + .1 * log(1.0 + def->lines));
    }
    return best * (rank->query->one_word ? 1.0 : .3);
}

// --- neighbouring words ---

enum { NEAR_CHUNKS = 120, NEAR_MOST_GAP = 12, NEAR_MOST_TOKENS = 4096 };

typedef struct Near {
    uint32_t terms[QUERY_MOST_TERMS]; // plain ones of the part, in the order of the question
    double weights[QUERY_MOST_TERMS];
    size_t count;
    double all; // of all pairs
} Near;

static void choose_terms(const Rank *rank, size_t part, Near *near)
{
    near->count = 0;
    near->all = 0;
    for (size_t i = 0; i < rank->lexical.term_count; i++) {
        const LexicalTerm *term = &rank->lexical.terms[i];
        if (!term->of->plain) continue;
        near->terms[near->count] = term->numbers[part];
        near->weights[near->count++] = term->chunks ? term->idf : rank->lexical.missing;
    }
    for (size_t i = 0; i + 1 < near->count; i++)
        near->all += MIN(near->weights[i], near->weights[i + 1]);
}

// The best closeness of the pair (i, i + 1) in a run of terms: 1 when b stands right behind a.
static double closeness(const Near *near, size_t i, const uint32_t *tokens, uint32_t count)
{
    uint32_t a = near->terms[i], b = near->terms[i + 1], best = NEAR_MOST_GAP + 1;
    int64_t last_a = INT32_MIN, last_b = INT32_MIN;
    if (a == LEX_NONE || b == LEX_NONE) return 0;
    for (int64_t at = 0; at < count; at++) {
        if (tokens[at] == b) {
            if (at - last_a < best) best = (uint32_t)(at - last_a);
            last_b = at;
        } else if (tokens[at] == a) {
            if (at - last_b + 1 < best) best = (uint32_t)(at - last_b + 1);
        }
        if (tokens[at] == a) last_a = at;
    }
    return best <= NEAR_MOST_GAP ? 1.0 / best : 0;
}

void rank_near_features(Rank *rank)
{
    Near near = {0};
    const CorpusPart *chosen = NULL;
    uint32_t *tokens = ARENA_ARRAY(rank->arena, uint32_t, NEAR_MOST_TOKENS);
    for (size_t i = 0; i < rank->lexical.hit_count && i < NEAR_CHUNKS; i++) {
        uint32_t chunk = rank->lexical.hits[i].chunk;
        const CorpusPart *part = corpus_part_of_chunk(rank->corpus, chunk);
        if (part != chosen) choose_terms(rank, (size_t)(part - rank->corpus->parts), &near);
        chosen = part;
        if (near.all <= 0) continue;
        uint32_t count =
            lexicon_tokens(part->lexicon, chunk - part->first_chunk, tokens, NEAR_MOST_TOKENS);
        double sum = 0;
        for (size_t pair = 0; pair + 1 < near.count; pair++)
            sum += MIN(near.weights[pair], near.weights[pair + 1]) *
                   closeness(&near, pair, tokens, count);
        Candidate *at = rank_candidate(rank, rank->hit_files[i]);
        lift(&at->features[FEATURE_NEAR], sum / near.all);
    }
}
