// op/q.c - "q": definitions, calls, imports and code, by what they are and what is around them.
#include "op/q.h"

#include "base/vec.h"

#define Q_FIELD_ENTITY FIELD_STR
#define Q_FIELD_NAME FIELD_STR
#define Q_FIELD_TEXT FIELD_STR
#define Q_FIELD_LIST FIELD_STR
#define Q_FIELD_PATHS FIELD_PATHS
#define Q_FIELD_LANGS FIELD_STR
#define Q_FIELD_JOIN FIELD_STR
#define Q_FIELD_COUNT FIELD_STR
#define Q_FIELD_BOOL FIELD_STR
#define Q_FIELD_FLAG FIELD_BOOL
#define Q_FIELD_SCOPE FIELD_STR
#define Q_FIELD_STRICTNESS FIELD_STR
#define Q_FIELD_PATTERNS FIELD_STR
#define Q_FIELD_NTH FIELD_STR
#define Q_FIELD_EXPAND FIELD_STR
#define Q_FIELD_FIELDS FIELD_STR

static const Field args[] = {
    FIELD(QArgs, query, STRS, "key=value pairs, or words for a plain search",
          .flags = FIELD_POSITIONAL, .value_name = "QUERY"),
#define ENTITY_KEY(member_, key, alias, kind, scope, value, says)                                  \
    {.name = #member_,                                                                             \
     .type = Q_FIELD_##kind,                                                                       \
     .offset = OFFSET(QArgs, member_),                                                             \
     .help = says,                                                                                 \
     .value_name = value},
#include "service/entity_keys.def"
#undef ENTITY_KEY
    FIELD(QArgs, stale_ok, BOOL,
          "answer from the index as it was published, without a look at the files"),
    FIELD(QArgs, index_dir, PATH, "where indexes are kept, instead of index.directory",
          .value_name = "DIR"),
    {0},
};

static const Field result[] = {
    FIELD(QSummary, query, STR, "as given: the text, and flags as pairs"),
    FIELD(QSummary, mode, STR, "entity, pattern, or search: the text had no key=value pair"),
    FIELD(QSummary, entity, STR, "what was listed", .flags = FIELD_OPTIONAL_OUT),
    FIELD(QSummary, total, SIZE, "results before the limit, exactly"),
    FIELD(QSummary, shown, SIZE, "in `findings`, without expansions"),
    FIELD(QSummary, files, SIZE, "that have results"),
    FIELD(QSummary, by_kind, COUNTS, "sums up to `total`"),
    FIELD(QSummary, universe, STR,
          "where the list of files is from: git-index, git-command or walk"),
    FIELD(QSummary, selected, SIZE, "files of the selection in a language with entities"),
    FIELD(QSummary, read, SIZE, "of these: the index could not rule them out"),
    FIELD(QSummary, parsed, SIZE, "of these: stored facts were not enough"),
    FIELD(QSummary, partial_files, SIZE, "files with results and syntax errors"),
    FIELD(QSummary, skipped, COUNTS, "files of the workspace that are not looked at, by reason"),
    FIELD(QSummary, limits, STRS, "what the answer cannot tell", .flags = FIELD_OPTIONAL_OUT),
    FIELD(QSummary, plan, STRS, "explain: how it was carried out", .flags = FIELD_OPTIONAL_OUT),
    FIELD(QSummary, nearest, STRS, "on a miss: names that look alike", .flags = FIELD_OPTIONAL_OUT),
    FIELD(QSummary, index_trouble, STR, "why what is published could not be used",
          .flags = FIELD_OPTIONAL_OUT),
    FIELD(QSummary, build, STR,
          "of the index, behind the answer: started, elsewhere (another process is at it) or none"),
    FIELD(QSummary, stale, BOOL, "nobody looked whether files changed: --stale-ok"),
    FIELD(QSummary, truncated, BOOL, "results are missing from this answer"),
    FIELD(QSummary, timed_out, BOOL, "--timeout ended it early"),
    FIELD(QSummary, interrupted, BOOL, "a signal ended it early"),
    {0},
};

// --- arguments ---

// ptr NULL when there is nothing.
static Str join(Arena *arena, StrList list, char between)
{
    Buf text = buf_on(arena);
    for (size_t i = 0; i < list.count; i++) {
        if (i) buf_byte(&text, between);
        buf_add(&text, list.items[i]);
    }
    return list.count ? buf_str(&text) : STR_NONE;
}

static const Field *field_of(EntityKey key)
{
    return &args[1 + key]; // behind `query`, in the order of the keys
}

// The text of a flag; ptr NULL when it is not given.
static Str flag_text(Arena *arena, const QArgs *from, EntityKey key)
{
    const Field *field = field_of(key);
    const void *at = (const char *)from + field->offset;
    if (field->type == FIELD_PATHS) return join(arena, *(const StrList *)at, ',');
    if (field->type == FIELD_STR) return *(const Str *)at;
    return *(const bool *)at ? STR("true") : STR_NONE;
}

static Fail read_words(Arena *arena, const QArgs *from, EntityWords *out, Str *shown)
{
    Buf text = buf_on(arena);
    size_t flags = 0;
    buf_add(&text, join(arena, from->query, ' '));
    TRY(entity_words_read(arena, buf_str(&text), out));
    for (int key = 0; key < ENTITY_KEYS; key++) {
        Str value = flag_text(arena, from, (EntityKey)key);
        if (!value.ptr) continue;
        if (!flags++ && out->plain.len)
            return FAIL(arena, BAD_REQUEST,
                        "column 1: \"" STR_FMT "\" is no key=value pair, and flags are for "
                        "queries; for a plain search leave them out, or use cq search",
                        STR_ARG(out->plain));
        TRY(entity_words_flag(arena, out, (EntityKey)key, value));
        buf_addf(&text, "%s%s=" STR_FMT, text.len ? " " : "", entity_key_spec((EntityKey)key)->key,
                 STR_ARG(value));
    }
    if (!flags && !text.len)
        return FAIL(arena, BAD_REQUEST, "say what to list, such as entity=function name='build_*'");
    *shown = buf_str(&text);
    return NULL;
}

// --- the answer ---

static CountList list_counts(Arena *arena, const EntityCount *from, size_t count)
{
    Count *counts = ARENA_ARRAY(arena, Count, count);
    for (size_t i = 0; i < count; i++) counts[i] = (Count){from[i].name, from[i].count};
    return (CountList){counts, count};
}

static CountList list_skips(Arena *arena, const uint64_t *skipped)
{
    VEC(Count) counts = {0};
    for (size_t i = 0; i < SKIP_REASONS; i++)
        if (skipped[i])
            VEC_PUSH(arena, &counts, (Count){str_from(skip_name((SkipReason)i)), skipped[i]});
    return (CountList){counts.items, counts.len};
}

static QSummary *summarise(Arena *arena, const EntityQuery *query, Str text,
                           const EntityAnswer *answer)
{
    static const char *const builds[] = {"none", "started", "elsewhere"};
    QSummary *summary = ARENA_NEW(arena, QSummary);
    *summary = (QSummary){
        .query = text,
        .mode = query->is_pattern ? STR("pattern") : STR("entity"),
        .entity = query->is_pattern ? STR_NONE : str_from(entity_kind_name(query->kind)),
        .total = answer->total,
        .shown = answer->shown,
        .files = answer->files,
        .by_kind = list_counts(arena, answer->by_kind, answer->kind_count),
        .universe = answer->universe_source,
        .selected = answer->selected_files,
        .read = answer->read_files,
        .parsed = answer->parsed_files,
        .partial_files = answer->partial_files,
        .skipped = list_skips(arena, answer->skipped),
        .limits = {answer->limits, answer->limit_count},
        .plan = {answer->plan, answer->plan_count},
        .nearest = {answer->nearest, answer->nearest_count},
        .index_trouble = answer->index_trouble,
        .build = str_from(builds[answer->build]),
        .stale = answer->stale,
        .truncated = answer->shown < answer->total || answer->timed_out || answer->interrupted,
        .timed_out = answer->timed_out,
        .interrupted = answer->interrupted};
    return summary;
}

static void make_finding(const Result *of, size_t index, Finding *out)
{
    const QData *data = of->data;
    *out = data->findings[index];
}

// One section a file, then one an expansion.
static void make_sections(Arena *arena, const EntityAnswer *answer, Result *out)
{
    VEC(Section) sections = {0};
    uint32_t *indexes = ARENA_ARRAY(arena, uint32_t, answer->finding_count);
    for (uint32_t i = 0; i < answer->finding_count; i++) indexes[i] = i;
    for (size_t i = 0; i < answer->shown;) {
        size_t end = i + 1;
        Str path = answer->findings[i].path;
        while (end < answer->shown && str_eq(answer->findings[end].path, path)) end++;
        VEC_PUSH(arena, &sections, (Section){path, indexes + i, end - i});
        i = end;
    }
    for (size_t i = 0; i < answer->group_count; i++) {
        const EntityGroup *group = &answer->groups[i];
        VEC_PUSH(arena, &sections,
                 (Section){group->title, indexes + group->from, group->to - group->from});
    }
    out->sections = sections.items;
    out->section_count = sections.len;
}

static void take_problems(Ctx *cx, const EntityAnswer *answer, Result *out)
{
    VEC(Fail) problems = {0};
    if (answer->timed_out)
        VEC_PUSH(cx->arena, &problems,
                 FAIL(cx->arena, CANCELLED,
                      "the time limit ended it after %llu files; raise --timeout or narrow it "
                      "with in=",
                      (unsigned long long)answer->read_files));
    for (size_t i = 0; i < answer->failed_count; i++)
        VEC_PUSH(cx->arena, &problems, answer->failed[i]);
    if (!problems.len) return;
    out->problem = problems.items[0];
    out->more_problems = problems.items + 1;
    out->more_count = problems.len - 1;
}

static Fail run_query(Ctx *cx, const Env *env, const QArgs *from, const EntityWords *words,
                      Str text, Result *out)
{
    EntityQuery query;
    EntityAnswer *answer = ARENA_NEW(cx->arena, EntityAnswer);
    EntityOptions options = {.stale_ok = from->stale_ok, .index_dir = from->index_dir};
    TRY(entity_query_make(cx, words, &query));
    TRY(entity_run(cx, env, &query, &options, answer));
    QData *data = ARENA_NEW(cx->arena, QData);
    *data = (QData){.findings = answer->findings,
                    .shown = answer->shown,
                    .limited = query.limit >= 0,
                    .fields = query.fields};
    *out = (Result){.root = answer->root,
                    .summary = summarise(cx->arena, &query, text, answer),
                    .finding_count = answer->finding_count,
                    .make_finding = make_finding,
                    .data = data,
                    .found = answer->total > 0,
                    .interrupted = answer->interrupted,
                    .stale = answer->stale};
    make_sections(cx->arena, answer, out);
    data->file_sections = out->section_count - answer->group_count;
    take_problems(cx, answer, out);
    return NULL;
}

// --- plain search ---

static Finding hit_finding(const SearchAnswer *answer, const SearchHit *hit)
{
    const SearchDef *def = hit_def(hit);
    Finding finding = {.path = answer->files[hit->file].path,
                       .line = hit->line,
                       .col = hit->col,
                       .end_line = hit->line,
                       .end_col = hit->col + hit->len,
                       .category = str_from(category_name((Category)hit->category)),
                       .text = {hit->text, hit->text_len},
                       .enclosing = hit_enclosing(hit)};
    if (!def) return finding;
    finding.kind = def->kind;
    finding.name = def->name;
    finding.qualified = def->qualified;
    finding.signature = def->signature;
    finding.depth = def->depth;
    return finding;
}

static Fail run_search(Ctx *cx, const Env *env, Str text, Result *out)
{
    enum { SHOWN = 100, CLASSIFY_MS = 150, LARGEST = 1 << 20 };
    SearchQuery query = {.pattern.text = text,
                         .max_file_bytes = LARGEST,
                         .classify_ms = CLASSIFY_MS,
                         .shown = SHOWN,
                         .isolate = op_isolates(env, false)};
    SearchAnswer *found = ARENA_NEW(cx->arena, SearchAnswer);
    EntityAnswer answer = {0};
    TRY(search_run(cx, env, &query, found));
    Finding *findings = ARENA_ARRAY(cx->arena, Finding, found->hit_count);
    for (size_t i = 0; i < found->hit_count; i++) findings[i] = hit_finding(found, found->hits[i]);
    answer.findings = findings;
    answer.finding_count = answer.shown = answer.total = found->hit_count;
    answer.files = found->file_count;
    QSummary *summary = ARENA_NEW(cx->arena, QSummary);
    *summary = (QSummary){.query = text,
                          .mode = STR("search"),
                          .total = found->hit_count,
                          .shown = found->hit_count,
                          .files = found->file_count,
                          .universe = found->universe_source,
                          .selected = found->scanned_files,
                          .read = found->scanned_files - found->ruled_out_files,
                          .partial_files = found->partial_files,
                          .skipped = list_skips(cx->arena, found->skipped),
                          .nearest = {found->nearest, found->nearest_count},
                          .build = STR("none"),
                          .truncated = found->timed_out || found->interrupted,
                          .timed_out = found->timed_out,
                          .interrupted = found->interrupted};
    QData *data = ARENA_NEW(cx->arena, QData);
    *data = (QData){.findings = findings, .shown = found->hit_count};
    *out = (Result){.root = found->root,
                    .summary = summary,
                    .finding_count = found->hit_count,
                    .make_finding = make_finding,
                    .data = data,
                    .found = found->hit_count > 0,
                    .interrupted = found->interrupted};
    make_sections(cx->arena, &answer, out);
    data->file_sections = out->section_count;
    return NULL;
}

static Fail run(Ctx *cx, const Env *env, const void *arguments, Result *out)
{
    EntityWords *words = ARENA_NEW(cx->arena, EntityWords);
    Str text;
    TRY(read_words(cx->arena, arguments, words, &text));
    if (words->plain.len) return run_search(cx, env, words->plain, out);
    return run_query(cx, env, arguments, words, text, out);
}

// in= narrows what a plan's cell depends on; what is wrong with the query is told when it runs.
static void select_files(Arena *arena, const void *arguments, Selection *out)
{
    EntityWords words;
    Str text, item;
    if (read_words(arena, arguments, &words, &text) || !words.of[KEY_in].text.len) return;
    VEC(Str) in = {0};
    Str rest = words.of[KEY_in].text;
    while (str_next(&rest, ',', &item)) VEC_PUSH(arena, &in, str_trim(item));
    out->in = in.items;
    out->in_count = in.len;
}

static const OpCell cell = {.version = 1, .files = "in", .selection = select_files};

static const OpExample examples[] = {
    {"cq q \"entity=function name='build_*' in=src\"", "functions and methods by name"},
    {"cq q --entity function --name 'build_*' --in src --calls open",
     "the same as flags; those that call open"},
    {"cq q 'entity=class decorated_by=dataclass'", "classes with a decorator"},
    {"cq q 'entity=method has=\"await $X\" not.has=\"return $X\"'", "by the code in them"},
    {"cq q 'pattern=\"os.path.join($$$ARGS)\" in=src'", "code by its shape"},
    {"cq q 'entity=callsite name=connect' --format json", "calls, with the shape of arguments"},
    {"cq q 'entity=function name=connect expand=callers(depth=2)' --format mermaid",
     "who calls it, as a picture"},
    {"cq q dictFind", "no pair: a plain search"},
    {0},
};

const OpSpec op_q = {
    .name = "q",
    .summary = "Definitions, calls, imports and code by what they are",
    .details =
        "A query is a text of key=value pairs, flags, or both; each key has the flag of the same "
        "name. Values with blanks stand in quotes. A key that is not known, a value that is not "
        "valid and a key given twice are refused with their place. All filters apply before the "
        "limit, and totals are exact.\n"
        "function stands for methods too, method for functions inside a type; module for files "
        "(Python, Rust, C, ...), packages (Go) and namespaces; test for what the conventions of "
        "a language call so. A definition's own body does not reach into definitions inside it: "
        "that is what calls, raises and has look at, unless has.stopBy=end is given.\n"
        "Patterns are code with $X for one node, $$$ARGS for any number and $_ for any; has, "
        "inside, precedes and follows relate definitions and patterns to such code.\n"
        "docs/query.md has each key with an example.\n"
        "Exit status: 0 when something was found, 1 when nothing was, 2 and above on a problem.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(QArgs),
    .result = result,
    .result_size = sizeof(QSummary),
    .cell = &cell,
    .resident = true,
    .run = run,
    .text = q_text,
    .draw = q_draw,
};
