// retrieve/skim.c
#include "retrieve/skim.h"

#include <math.h>

#include "index/lexicon.h"
#include "index/terms.h"
#include "retrieve/rank.h"

static const double k1 = 3.0; // as retrieve/lexical.c

// --- what to look for ---

// What all words of a stem begin with: "memori" is of memory and memories, "file" of filing.
static Str root_of(Str stem)
{
    if (stem.len > 3 && str_ends(stem, STR("bl"))) return str_sub(stem, 0, stem.len - 1);
    bool turns = stem.len > 2 && (stem.ptr[stem.len - 1] == 'i' || stem.ptr[stem.len - 1] == 'e');
    return turns ? str_sub(stem, 0, stem.len - 1) : stem;
}

static void add_needle(Skim *out, size_t term)
{
    NeedleSet *set = &out->needles;
    Str root = root_of(out->query->terms[term].text);
    Needle *needle = &set->needles[set->count++];
    needle->len = (uint32_t)MIN(root.len, (size_t)NEEDLE_LONGEST);
    memcpy(needle->bytes, root.ptr, needle->len);
    out->counted |= (uint64_t)1 << term;
}

// The longest term that is not yet looked for; term_count when there is none.
static size_t longest_left(const Skim *skim)
{
    const Query *query = skim->query;
    size_t best = query->term_count;
    for (size_t i = 0; i < query->term_count; i++) {
        if (!query->terms[i].plain || skim->counted >> i & 1) continue;
        if (best == query->term_count || query->terms[i].text.len > query->terms[best].text.len)
            best = i;
    }
    return best;
}

void skim_init(const Query *query, Skim *out)
{
    *out = (Skim){.query = query, .scan = scan_select(), .needles = {.fold = true}};
    while (out->needles.count < NEEDLE_MOST) {
        size_t term = longest_left(out);
        if (term == query->term_count) break;
        add_needle(out, term);
    }
    for (size_t i = 0; i < query->term_count; i++) // joined ones stand where their parts do
        if (!query->terms[i].plain) out->counted |= (uint64_t)1 << i;
    if (out->needles.count) needle_set_prepare(&out->needles);
}

static size_t find_term(const Skim *skim, Str text)
{
    const Query *query = skim->query;
    for (size_t i = 0; i < query->term_count; i++)
        if (skim->counted >> i & 1 && str_eq(query->terms[i].text, text)) return i;
    return query->term_count;
}

// --- paths ---

static float share(const Skim *skim, Str text, uint64_t *found)
{
    size_t all = 0, asked = 0, at = 0;
    WordTerms terms;
    Str word;
    while (terms_next_word(text, &at, &word)) {
        terms_of_word(word, &terms);
        for (size_t i = 0; i < terms.count; i++) {
            size_t term = find_term(skim, terms.items[i]);
            bool joined = terms.joined && i + 1 == terms.count;
            if (term < skim->query->term_count) *found |= (uint64_t)1 << term;
            all += !joined;
            asked += !joined && term < skim->query->term_count;
        }
    }
    return all ? (float)asked / (float)all : 0;
}

void skim_path(const Skim *skim, Str path, LangId lang, SkimFile *out)
{
    size_t depth = 0;
    for (size_t i = 0; i < path.len; i++) depth += path.ptr[i] == '/';
    out->stem_share = share(skim, path_stem(path), &out->stem);
    out->folder_share = share(skim, path_folder(path), &out->folder);
    out->form = (uint8_t)path_form(path, lang);
    out->flags = (uint8_t)path_flags(path);
    out->depth = (uint8_t)MIN(depth, (size_t)UINT8_MAX);
}

// --- texts ---

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_one_of(Str word, const char *const *words)
{
    for (; *words; words++)
        if (str_eq(word, str_from(*words))) return true;
    return false;
}

// Whether this looks like the place where a name is defined, by the words around it. It need not
// be right: it only decides what is parsed.
static bool looks_defined(Str text, Str word)
{
    static const char *const never[] = {"return", "new",    "throw", "await",  "yield", "else",
                                        "in",     "case",   "not",   "and",    "or",    "raise",
                                        "goto",   "import", "from",  "delete", NULL};
    static const char *const always[] = {
        "class",  "struct", "enum", "union",     "def",    "fn",      "func",  "function", "type",
        "trait",  "impl",   "mod",  "interface", "module", "package", "macro", "define",   "object",
        "record", "const",  "let",  "var",       "val",    "typedef", NULL};
    size_t start = (size_t)(word.ptr - text.ptr), end = start + word.len, at = start;
    bool called = end < text.len && (text.ptr[end] == '(' || text.ptr[end] == '<');
    while (at > 0 && is_blank(text.ptr[at - 1])) at--;
    if (at == 0 || text.ptr[at - 1] == '\n') return called || at == start;
    char before = text.ptr[at - 1];
    if (before == '}') return true; // of a typedef
    if (before == '*' || before == '&' || before == '>' || before == ')') return called;
    Str last = terms_word_at(text, at - 1);
    if (!last.len || at == start) return false;
    if (is_one_of(last, always)) return true;
    return called && !is_one_of(last, never);
}

static void look_at_name(const Skim *skim, Str text, Str word, SkimFile *out)
{
    for (size_t i = 0; i < skim->query->name_count; i++) {
        const QueryName *name = &skim->query->names[i];
        if (out->defined >= name->strength || !str_starts(name->name, word)) continue;
        if (name->name.len > word.len + 1) continue; // it may end with ! or ?
        float sure = looks_defined(text, word) ? 1 : .2F;
        out->defined = MAX(out->defined, sure * name->strength);
    }
}

// One more of a term in a window; `first` is the file's first hit.
static void count_hit(Arena *arena, SkimHitVec *hits, size_t first, uint32_t window, size_t term)
{
    for (size_t i = hits->len; i > first && hits->items[i - 1].window == window; i--) {
        SkimHit *hit = &hits->items[i - 1];
        if (hit->term != term) continue;
        hit->count = (uint16_t)MIN(hit->count + 1, UINT16_MAX);
        return;
    }
    VEC_PUSH(arena, hits, (SkimHit){window, (uint16_t)term, 1});
}

void skim_text(const Skim *skim, Arena *arena, Str text, SkimHitVec *hits, SkimFile *out)
{
    size_t first = hits->len, at = 0;
    WordTerms terms;
    uint32_t which;
    out->bytes = (uint32_t)text.len;
    while (skim->needles.count &&
           (at = skim->scan->find(&skim->needles, text.ptr, text.len, at, &which)) < text.len) {
        if (!terms_begins_part(text, at)) {
            at++;
            continue;
        }
        Str word = terms_word_at(text, at);
        if (!word.len) word = str_sub(text, at, at + 1); // of no word: a needle such as "$"
        uint32_t window = (uint32_t)(at / SKIM_WINDOW);
        at = (size_t)(word.ptr - text.ptr) + word.len;
        terms_of_word(word, &terms);
        bool known = false;
        for (size_t i = 0; i < terms.count; i++) {
            size_t term = find_term(skim, terms.items[i]);
            if (term == skim->query->term_count) continue;
            count_hit(arena, hits, first, window, term);
            known = true;
        }
        if (known) look_at_name(skim, text, word, out);
    }
    out->hit_count = (uint32_t)(hits->len - first);
}

// --- scoring ---

static uint64_t count_windows(const SkimFile *file)
{
    return file->bytes / SKIM_WINDOW + (file->bytes % SKIM_WINDOW != 0);
}

static void count_terms(const SkimFile *file, SkimCount *out)
{
    uint64_t windows = count_windows(file), path = file->stem | file->folder;
    out->windows += windows;
    for (uint32_t i = 0; i < file->hit_count; i++)
        out->with[file->hits[i].term] += !(path >> file->hits[i].term & 1);
    for (size_t term = 0; path >> term; term++) {
        if (path >> term & 1) out->with[term] += windows;
        if (term + 1 == QUERY_MOST_TERMS) break;
    }
}

typedef struct Scoring {
    const Query *query;
    double weights[QUERY_MOST_TERMS]; // with idf
    double best[RANK_BODY_CHUNKS];    // windows of the file, best first
} Scoring;

// What the path alone gives each window, or what it gives in addition to `count` in the text.
static double term_score(const Scoring *scoring, const SkimFile *file, size_t term, double count)
{
    double tf = count * lex_weights.weight[LEX_CODE];
    if (file->stem >> term & 1) tf += lex_weights.weight[LEX_STEM];
    if (file->folder >> term & 1) tf += lex_weights.weight[LEX_FOLDER];
    return scoring->weights[term] * tf / (k1 + tf);
}

static double path_score(const Scoring *scoring, const SkimFile *file)
{
    uint64_t path = file->stem | file->folder;
    double sum = 0;
    for (size_t term = 0; path && term < scoring->query->term_count; term++)
        if (path >> term & 1) sum += term_score(scoring, file, term, 0);
    return sum;
}

static void add_window(Scoring *scoring, double score)
{
    size_t at = RANK_BODY_CHUNKS;
    for (; at > 0 && scoring->best[at - 1] < score; at--)
        if (at < RANK_BODY_CHUNKS) scoring->best[at] = scoring->best[at - 1];
    if (at < RANK_BODY_CHUNKS) scoring->best[at] = score;
}

static double body_score(Scoring *scoring, const SkimFile *file)
{
    double base = path_score(scoring, file), sum = 0, factor = 1;
    uint64_t left = count_windows(file); // without a hit
    memset(scoring->best, 0, sizeof scoring->best);
    for (uint32_t i = 0; i < file->hit_count; left--) {
        double score = base;
        uint32_t window = file->hits[i].window;
        for (; i < file->hit_count && file->hits[i].window == window; i++)
            score += term_score(scoring, file, file->hits[i].term, file->hits[i].count) -
                     term_score(scoring, file, file->hits[i].term, 0);
        add_window(scoring, score);
    }
    for (uint64_t i = 0; i < MIN(left, (uint64_t)RANK_BODY_CHUNKS); i++) add_window(scoring, base);
    for (size_t i = 0; i < RANK_BODY_CHUNKS; i++, factor *= rank_body_decay)
        sum += factor * scoring->best[i];
    return sum;
}

// As ranking adds up, of what is known here. `body`: 1 for the best file.
static double add_up(const Query *query, const SkimFile *file, double body)
{
    enum { DEEPEST = 4 };
    unsigned flags = file->flags & ~query->wanted_paths;
    bool docs = file->form == FORM_MARKDOWN || file->form == FORM_PROSE;
    Feature defined = query->one_word ? FEATURE_EXACT_TYPE : FEATURE_FUNCTION;
    double sum = feature_specs[FEATURE_BODY].weight * body;
    sum += feature_specs[FEATURE_STEM].weight * file->stem_share;
    sum += feature_specs[FEATURE_FOLDER].weight * file->folder_share;
    sum += feature_specs[defined].weight * file->defined;
    if (flags & PATH_TEST) sum += feature_specs[FEATURE_TEST].weight;
    if (flags & PATH_EXAMPLE) sum += feature_specs[FEATURE_EXAMPLE].weight;
    if (flags & PATH_COMPAT) sum += feature_specs[FEATURE_COMPAT].weight;
    if (docs && !query->wants_docs) sum += feature_specs[FEATURE_DOCS].weight;
    if (file->form == FORM_DATA) sum += feature_specs[FEATURE_DATA].weight;
    return sum + feature_specs[FEATURE_DEPTH].weight * MIN(file->depth, DEEPEST);
}

void skim_score(const Skim *skim, SkimFile *files, size_t count, SkimCount *out)
{
    static const double lowest = 20; // under all that penalties can take
    Scoring scoring = {.query = skim->query};
    double most = 0;
    *out = (SkimCount){0};
    for (size_t i = 0; i < count; i++) count_terms(&files[i], out);
    for (size_t i = 0; i < skim->query->term_count; i++) {
        double n = (double)out->windows, df = (double)MIN(out->with[i], out->windows);
        scoring.weights[i] = skim->query->terms[i].weight * log(1 + (n - df + .5) / (df + .5));
    }
    for (size_t i = 0; i < count; i++) {
        files[i].score = body_score(&scoring, &files[i]);
        most = MAX(most, files[i].score);
    }
    for (size_t i = 0; i < count; i++)
        if (files[i].score > 0)
            files[i].score = lowest + add_up(skim->query, &files[i], files[i].score / most);
}
