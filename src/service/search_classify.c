// service/search_classify.c - decides what each hit is: from stored facts while its file is
// scanned, else by parsing the file.
//
// DESIGN. What is parsed: first the hits that will be shown: the likeliest order (by a guess from
// the line) names the first N hits, their files are parsed in parallel, and since real categories
// change the order, this repeats until the first N hits are all classified. Then the other files,
// best first, until the deadline. A file is classified whole or not at all; slots share nothing.
#include "base/clock.h"
#include "lang/parse.h"
#include "service/search_.h"
#include "service/stable_id.h"

// A file made to be slow to parse must not hold up the answer for ever; what is not decided by then
// is counted as unclassified.
enum { SHOWN_MOST_MS = 5000 };

typedef struct ClassifySlot {
    Arena arena;
    Parser *parser;
} ClassifySlot;

typedef struct Classify {
    Search *search;
    Ctx limits; // deadline of this round
    const uint32_t *files;
    ClassifySlot *slots;
    WorkerPool *workers; // NULL: parse here
    bool whole;          // for tests: parse all of a file
} Classify;

static const char *const declaration_kind = "declaration";

typedef struct Known { // the facts of one file
    const Facts *facts;
    const Brief *brief; // that they are from, or NULL
    Str path, text;
    int32_t last; // definition whose name is `name`; -1: none
    Str name;
    Arena *scratch;
} Known;

static Str qualified_as_is(Arena *arena, const Known *known, int32_t def)
{
    return known->brief ? brief_qualified(arena, known->brief, def)
                        : known->facts->defs[def].qualified;
}

static Str qualified_name(Arena *arena, Known *known, int32_t def)
{
    if (def < 0) return STR_NONE;
    if (def == known->last) return known->name; // hits come in runs
    known->last = def;
    known->name = str_copy(arena, qualified_as_is(arena, known, def));
    return known->name;
}

// Of a file that is parsed around the hits only, others of that name are those that were hit.
static Str id_of(Arena *arena, const Known *known, int32_t index, Str qualified)
{
    uint32_t ordinal = 0;
    const Def *defs = known->facts->defs;
    for (int32_t i = 0; i < index; i++)
        ordinal += str_eq(defs[i].name, defs[index].name) &&
                   str_eq(qualified_as_is(known->scratch, known, i), qualified);
    return stable_id(arena, known->path, qualified, str_from(category_name(CATEGORY_DEFINITION)),
                     ordinal);
}

// The number of line ends in text[from, to).
static uint32_t lines_between(Str text, uint32_t from, uint32_t to)
{
    uint32_t count = 0;
    for (const char *at = text.ptr + from, *end = text.ptr + to;
         at < end && (at = memchr(at, '\n', (size_t)(end - at))); at++)
        count++;
    return count;
}

static void set_lines(const Known *known, const SearchHit *hit, const Def *def, SearchDef *out)
{
    if (!known->brief) {
        out->start_line = def->start_line;
        out->end_line = def->end_line;
        return;
    }
    uint32_t last = MAX(def->full.end, def->full.start + 1) - 1, at = hit->start;
    out->start_line = hit->line - lines_between(known->text, def->full.start, at) +
                      lines_between(known->text, at, def->full.start);
    out->end_line =
        hit->line + lines_between(known->text, at, last) - lines_between(known->text, last, at);
}

static const SearchDef *make_def(Arena *arena, Known *known, const SearchHit *hit, int32_t index)
{
    const Facts *facts = known->facts;
    const Def *def = &facts->defs[index];
    SearchDef *out = ARENA_NEW(arena, SearchDef);
    *out = (SearchDef){
        .kind = str_from(def->declaration ? declaration_kind : def_kind_name(def->kind)),
        .name = str_copy(arena, def->name),
        .qualified = qualified_name(arena, known, index),
        .signature = str_copy(arena, known->brief ? brief_signature(arena, known->brief, index)
                                                  : def->signature)};
    out->stable_id = id_of(arena, known, index, out->qualified);
    set_lines(known, hit, def, out);
    for (int32_t up = def->parent; up >= 0; up = facts->defs[up].parent) out->depth++;
    return out;
}

static void apply_facts(const SearchFile *file, Arena *arena, Known *known)
{
    const Facts *facts = known->facts;
    for (uint32_t i = 0; i < file->count; i++) {
        SearchHit *hit = &file->hits[i];
        int32_t def = -1;
        Span span = {hit->start, hit->start + hit->len};
        hit->category = (uint8_t)facts_classify(facts, known->text, span, &def);
        // For a hit that names a definition, the one around that.
        int32_t around = def >= 0 ? facts->defs[def].parent : facts_enclosing(facts, hit->start);
        SearchPlace place = {.enclosing = qualified_name(arena, known, around)};
        if (def >= 0) place.def = make_def(arena, known, hit, def);
        if (!place.def && !place.enclosing.len) continue;
        SearchPlace *kept = ARENA_NEW(arena, SearchPlace);
        *kept = place;
        hit->place = kept;
    }
}

static bool has_language(const SearchFile *file)
{
    return file->lang != LANG_NONE;
}

bool search_classify_stored(const Search *search, Arena *arena, SearchFile *file, Str text)
{
    Arena scratch = {0};
    Brief brief;
    if (!search->index.snapshot || !has_language(file)) return false;
    file->classified = search_stored_facts(search, &scratch, file, text, &brief);
    if (file->classified) {
        Known known = {.facts = &brief.facts,
                       .brief = &brief,
                       .path = file->path,
                       .text = text,
                       .last = -1,
                       .scratch = &scratch};
        apply_facts(file, arena, &known);
        file->partial = brief.facts.partial;
    }
    arena_fini(&scratch);
    return file->classified;
}

bool search_file_text(Ctx *cx, const Search *search, const SearchFile *file, Str *text)
{
    *text = file->text;
    if (text->ptr) return true;
    if (file->size_bytes > FACTS_LARGEST_FILE) return false;
    Fail fail = os_read_file(cx, search->workspace.dir, file->path.ptr, FACTS_LARGEST_FILE, text);
    if (fail || text->len != file->size_bytes) return false; // gone, or edited since the scan
    if (str_starts(*text, STR("\xEF\xBB\xBF"))) *text = str_sub(*text, 3, text->len);
    return true;
}

static void classify_file(void *arg, size_t index, int slot_number)
{
    Classify *round = arg;
    Search *search = round->search;
    SearchFile *file = &search->files.items[round->files[index]];
    ClassifySlot *slot = &round->slots[slot_number];
    Arena scratch = {0};
    Ctx cx = ctx_child(&round->limits, &scratch);
    Str text;
    Facts facts = {0};
    uint32_t *offsets = ARENA_ARRAY(&scratch, uint32_t, file->count);
    for (uint32_t i = 0; i < file->count; i++) offsets[i] = file->hits[i].start;
    if (search_file_text(&cx, search, file, &text) &&
        !search_classify_stored(search, &slot->arena, file, text)) {
        ParseJob parse = {.lang = file->lang,
                          .grammars = search->env->grammars,
                          .path = file->path,
                          .text = text,
                          .around = !round->whole,
                          .offsets = offsets,
                          .offset_count = file->count};
        Fail fail = parse_file(&cx, round->workers, &slot->parser, &parse, &facts);
        Known known = {
            .facts = &facts, .path = file->path, .text = text, .last = -1, .scratch = &scratch};
        if (!fail) apply_facts(file, &slot->arena, &known);
        file->partial = facts.partial;
        // Else too large, or late: counted as unclassified.
        if (fail && fail->kind == PROBLEM_UNAVAILABLE)
            file->fail = problem_copy(&slot->arena, fail);
    }
    arena_fini(&scratch);
}

static void run_round(Classify *round, const uint32_t *files, size_t count)
{
    round->files = files;
    pool_each(round->search->env->pool, &round->limits, count, 1, classify_file, round);
}

static bool can_parse(const SearchFile *file)
{
    return has_language(file) && !file->classified && file->size_bytes <= FACTS_LARGEST_FILE;
}

// The files of order[0 .. count) that still need a parse, each once, in that order.
static size_t files_of(const Search *search, const uint32_t *order, size_t count, uint32_t *files,
                       bool *taken)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t file = search->hits[order[i]]->file;
        if (taken[file] || !can_parse(&search->files.items[file])) continue;
        taken[file] = true; // whether or not it succeeds: a second try would fail the same way
        files[found++] = file;
    }
    return found;
}

static void limit_to(Classify *round, int64_t deadline_ns)
{
    if (!round->limits.deadline_ns || deadline_ns < round->limits.deadline_ns)
        round->limits.deadline_ns = deadline_ns;
}

void search_classify(Search *search)
{
    const SearchQuery *query = search->query;
    size_t hits = search->hit_count;
    if (query->classify == CLASSIFY_NONE || !hits) return;
    Arena *arena = search->cx->arena;
    Classify round = {.search = search, .limits = *search->cx};
    round.whole = os_env("CQ_TEST_PARSE_WHOLE").len;
    if (query->isolate) round.workers = search->env->workers;
    round.slots = ARENA_ARRAY(arena, ClassifySlot, (size_t)search->slots);
    uint32_t *order = ARENA_ARRAY(arena, uint32_t, hits);
    uint32_t *files = ARENA_ARRAY(arena, uint32_t, search->files.len);
    bool *taken = ARENA_ARRAY(arena, bool, search->files.len);
    int64_t start = clock_now_ns();

    if (query->classify != CLASSIFY_ALL) limit_to(&round, start + SHOWN_MOST_MS * NS_PER_MS);
    for (size_t count = 1; count;) { // what is shown
        search_order(search, order, true);
        count = files_of(search, order, MIN(query->shown, hits), files, taken);
        run_round(&round, files, count);
    }
    if (query->classify != CLASSIFY_SHOWN) {
        if (query->classify == CLASSIFY_AUTO)
            limit_to(&round, start + query->classify_ms * NS_PER_MS);
        run_round(&round, files, files_of(search, order, hits, files, taken));
    }
    for (int i = 0; i < search->slots; i++) {
        parser_free(round.slots[i].parser);
        arena_adopt(arena, &round.slots[i].arena);
    }
}
