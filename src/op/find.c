// op/find.c - "find": the files that answer a question, best first.
#include "op/find.h"

#include "base/vec.h"
#include "op/langs.h"

static const char *const only_choices[] = {"all", "code", "docs", NULL};

static const Field args[] = {
    FIELD(FindArgs, question, STR, "a question, some words, a name, a path or an error message",
          .flags = FIELD_POSITIONAL),
    FIELD(FindArgs, like, STR,
          "instead of a question: what is like the code at this place, in other files",
          .value_name = "PATH:LINE"),
    FIELD(FindArgs, in, PATHS, "only this file or folder; may be repeated"),
    FIELD(FindArgs, lang, STRS, "only files of this language; may be repeated", .letter = 'l',
          .values = lang_values, .value_name = "LANGUAGE"),
    FIELD(FindArgs, only, STR, "only code, or only text for people (Markdown and the like)",
          .choices = only_choices, .fallback = "all"),
    FIELD(FindArgs, limit, INT, "most files", .letter = 'n', .least = 1, .most = 1000,
          .fallback = "10"),
    FIELD(FindArgs, per_file, INT, "most places shown of each file", .least = 1,
          .most = RANK_MOST_CHUNKS, .fallback = "3"),
    FIELD(FindArgs, stale_ok, BOOL,
          "answer from the index as it was published, without a look at the files"),
    FIELD(FindArgs, index_dir, PATH, "where indexes are kept, instead of index.directory",
          .value_name = "FOLDER", .flags = FIELD_LOCAL),
    FIELD(FindArgs, explain, BOOL, "show what each score is made of"),
    FIELD(FindArgs, max_filesize, SIZE, "leave out larger files; 0, and what is over 16M: 16M",
          .fallback = "1M"),
    {0},
};

typedef VEC(Finding) FindingVec;

typedef struct PartRow {
    Str feature, says;
    double value, weight, part;
} PartRow;

static const Field part_fields[] = {
    FIELD(PartRow, feature, STR, "its name"),
    FIELD(PartRow, value, REAL, "of this file"),
    FIELD(PartRow, weight, REAL, "the same for all files and questions"),
    FIELD(PartRow, part, REAL, "weight times value; the parts add up to the score"),
    FIELD(PartRow, says, STR, "what it stands for"),
    {0},
};

typedef struct TermRow {
    Str term;
    double idf, part;
    uint32_t chunks;
} TermRow;

static const Field term_fields[] = {
    FIELD(TermRow, term, STR, "stemmed; a whole identifier begins with ="),
    FIELD(TermRow, idf, REAL, "the rarer, the more"),
    FIELD(TermRow, chunks, U32, "pieces of files that have it"),
    FIELD(TermRow, part, REAL, "of the part of `body`, to which these add up"),
    {0},
};

typedef struct FusedRow {
    Str channel;
    double part;
} FusedRow;

static const Field fused_fields[] = {
    FIELD(FusedRow, channel, STR, "lexical, dense or late"),
    FIELD(FusedRow, part, REAL, "weight / (k + rank); these add up to the score"),
    {0},
};

typedef struct ChannelRow {
    Str channel, state, why, backend, model;
    double weight;
} ChannelRow;

static const Field channel_fields[] = {
    FIELD(ChannelRow, channel, STR, "lexical, dense or late"),
    FIELD(ChannelRow, state, STR, "used; partly or missing, which are limits; or unused"),
    FIELD(ChannelRow, why, STR, "when it is not used", .flags = FIELD_OPTIONAL_OUT),
    FIELD(ChannelRow, backend, STR, "where vectors are from", .flags = FIELD_OPTIONAL_OUT),
    FIELD(ChannelRow, model, STR, "that made them", .flags = FIELD_OPTIONAL_OUT),
    FIELD(ChannelRow, weight, REAL, "in a fusion of ranks"),
    {0},
};

static const Field file_fields[] = {
    FIELD(FindFileRow, path, PATH, "relative to the root"),
    FIELD(FindFileRow, language, STR, "\"text\" when it is none that cq parses"),
    FIELD(FindFileRow, form, STR, "code, docs or data"),
    FIELD(FindFileRow, score, REAL, "comparable within this answer only"),
    FIELD(FindFileRow, places, U32, "how many findings of this file"),
    FIELD(FindFileRow, siblings, STRS, "old versions of it, and the same for other platforms",
          .flags = FIELD_OPTIONAL_OUT),
    FIELD(FindFileRow, more_siblings, SIZE, "that are not listed"),
    FIELD(FindFileRow, explain, RECORDS, "what the score is made of", .flags = FIELD_OPTIONAL_OUT,
          .sub = part_fields, .sub_size = sizeof(PartRow)),
    FIELD(FindFileRow, terms, RECORDS, "what `body` is made of", .flags = FIELD_OPTIONAL_OUT,
          .sub = term_fields, .sub_size = sizeof(TermRow)),
    FIELD(FindFileRow, fused, RECORDS,
          "what the score is made of when ranks are fused; `explain` "
          "is then how the lexical channel ranks",
          .flags = FIELD_OPTIONAL_OUT, .sub = fused_fields, .sub_size = sizeof(FusedRow)),
    {0},
};

static const Field index_fields[] = {
    FIELD(FindIndexRow, generation, SIZE, "the published version it is based on; 0: none"),
    FIELD(FindIndexRow, stale, BOOL, "nobody looked whether files changed since: --stale-ok"),
    FIELD(FindIndexRow, changed_files, SIZE, "files that are not in it as they are, and were read"),
    FIELD(FindIndexRow, cold, BOOL, "there was none: only the most promising files were parsed"),
    FIELD(FindIndexRow, parsed, SIZE, "cold: how many"),
    FIELD(FindIndexRow, of_files, SIZE,
          "cold: of how many that were read; counts of terms and "
          "chunks are estimates of these"),
    FIELD(FindIndexRow, build, STR,
          "behind the answer: started, elsewhere (another process builds "
          "it) or none"),
    FIELD(FindIndexRow, trouble, STR,
          "why what is published could not be used, or nothing can be "
          "kept; empty without"),
    {0},
};

static const Field result[] = {
    FIELD(FindSummary, query, STR, "the question as given"),
    FIELD(FindSummary, kind, STR, "words, symbol, path, error or trace, as understood"),
    FIELD(FindSummary, terms, STRS, "what was looked for"),
    FIELD(FindSummary, names, STRS, "identifiers in the question", .flags = FIELD_OPTIONAL_OUT),
    FIELD(FindSummary, unknown, STRS, "terms that stand nowhere", .flags = FIELD_OPTIONAL_OUT),
    FIELD(FindSummary, universe, STR,
          "where the list of files is from: git-index, git-command or walk"),
    FIELD(FindSummary, indexed, SIZE, "files"),
    FIELD(FindSummary, indexed_bytes, SIZE, "their size"),
    FIELD(FindSummary, chunks, SIZE, "pieces of them that were ranked"),
    FIELD(FindSummary, skipped, COUNTS, "files that were left out, by reason"),
    FIELD(FindSummary, stale, BOOL, "nobody looked whether files changed: --stale-ok"),
    FIELD(FindSummary, index, RECORD, "what the answer is from", .sub = index_fields),
    FIELD(FindSummary, candidates, SIZE, "files that were scored"),
    FIELD(FindSummary, shown, SIZE, "files in this answer"),
    FIELD(FindSummary, files, RECORDS, "best first", .sub = file_fields,
          .sub_size = sizeof(FindFileRow)),
    FIELD(FindSummary, channels, RECORDS, "what was looked at", .sub = channel_fields,
          .sub_size = sizeof(ChannelRow)),
    FIELD(FindSummary, fusion, STR, "how channels became one ranking: scores or ranks"),
    FIELD(FindSummary, rrf_k, REAL, "of ranks"),
    FIELD(FindSummary, deadline_ms, REAL, "of the channels"),
    FIELD(FindSummary, truncated, BOOL, "not all files of the workspace were looked at"),
    FIELD(FindSummary, timed_out, BOOL, "--timeout ended it early"),
    FIELD(FindSummary, interrupted, BOOL, "a signal ended it early"),
    {0},
};

static Fail read_args(Ctx *cx, const FindArgs *from, FindQuery *out)
{
    LangId *langs = ARENA_ARRAY(cx->arena, LangId, from->lang.count);
    for (size_t i = 0; i < from->lang.count; i++)
        TRY(lang_from_arg(cx->arena, from->lang.items[i], &langs[i]));
    *out = (FindQuery){.text = from->question,
                       .like = from->like,
                       .in = from->in.items,
                       .in_count = from->in.count,
                       .langs = langs,
                       .lang_count = from->lang.count,
                       .limit = (size_t)from->limit,
                       .per_file = (size_t)from->per_file,
                       .explain = from->explain,
                       .stale_ok = from->stale_ok,
                       .index_dir = from->index_dir,
                       .max_file_bytes = FACTS_LARGEST_FILE};
    if (from->max_filesize) out->max_file_bytes = MIN(out->max_file_bytes, from->max_filesize);
    for (size_t i = 0; only_choices[i]; i++)
        if (str_eq(from->only, str_from(only_choices[i]))) out->only = (FindOnly)i;
    return NULL;
}

static RecordList list_parts(Arena *arena, const Explanation *explanation)
{
    PartRow *rows = ARENA_ARRAY(arena, PartRow, explanation->part_count);
    for (size_t i = 0; i < explanation->part_count; i++) {
        const ExplainPart *from = &explanation->parts[i];
        const FeatureSpec *spec = &feature_specs[from->feature];
        rows[i] = (PartRow){str_from(spec->name), str_from(spec->says), from->value, from->weight,
                            from->part};
    }
    return (RecordList){rows, explanation->part_count};
}

static RecordList list_terms(Arena *arena, const Explanation *explanation)
{
    TermRow *rows = ARENA_ARRAY(arena, TermRow, explanation->term_count);
    for (size_t i = 0; i < explanation->term_count; i++) {
        const ExplainTerm *from = &explanation->terms[i];
        rows[i] = (TermRow){from->text, from->idf, from->part, from->chunks};
    }
    return (RecordList){rows, explanation->term_count};
}

static RecordList list_fused(Arena *arena, const FindAnswer *answer, const Explanation *of)
{
    FusedRow *rows = ARENA_ARRAY(arena, FusedRow, CHANNELS);
    size_t count = 0;
    if (answer->channels.fusion != FUSE_RRF) return (RecordList){0};
    for (int i = 0; i < CHANNELS; i++)
        if (of->fused[i] > 0)
            rows[count++] = (FusedRow){str_from(rank_channel_name((RankChannel)i)), of->fused[i]};
    return (RecordList){rows, count};
}

static RecordList list_channels(Arena *arena, const ChannelsReport *report)
{
    ChannelRow *rows = ARENA_ARRAY(arena, ChannelRow, CHANNELS);
    for (int i = 0; i < CHANNELS; i++) {
        const ChannelReport *from = &report->of[i];
        rows[i] = (ChannelRow){.channel = str_from(rank_channel_name((RankChannel)i)),
                               .state = str_from(channel_state_name(from->state)),
                               .why = from->why,
                               .weight = from->weight};
        if (i == CHANNEL_LEXICAL || from->state == CHANNEL_UNUSED) continue;
        rows[i].backend = report->backend;
        rows[i].model = report->model;
    }
    return (RecordList){rows, CHANNELS};
}

static RecordList list_files(Arena *arena, const FindAnswer *answer)
{
    FindFileRow *rows = ARENA_ARRAY(arena, FindFileRow, answer->file_count);
    for (size_t i = 0; i < answer->file_count; i++) {
        const FindFile *from = &answer->files[i];
        rows[i] = (FindFileRow){.path = from->path,
                                .language = str_from(lang_name(from->lang)),
                                .form = str_from(path_form_name(from->form)),
                                .score = from->score,
                                .places = (uint32_t)from->place_count,
                                .siblings = {from->siblings, from->sibling_count},
                                .more_siblings = from->more_siblings,
                                .explain = list_parts(arena, &from->explanation),
                                .terms = list_terms(arena, &from->explanation),
                                .fused = list_fused(arena, answer, &from->explanation)};
    }
    return (RecordList){rows, answer->file_count};
}

static StrList query_terms(Arena *arena, const Query *query)
{
    VEC(Str) terms = {0};
    for (size_t i = 0; i < query->term_count; i++)
        if (!query->terms[i].optional) VEC_PUSH(arena, &terms, query->terms[i].text);
    return (StrList){terms.items, terms.len};
}

static StrList query_names(Arena *arena, const Query *query)
{
    Str *names = ARENA_ARRAY(arena, Str, query->name_count);
    for (size_t i = 0; i < query->name_count; i++)
        names[i] = str_join(arena, query->names[i].parent, STR("."), query->names[i].name);
    return (StrList){names, query->name_count};
}

static CountList count_skips(Arena *arena, const FindAnswer *answer)
{
    VEC(Count) counts = {0};
    for (size_t i = 0; i < SKIP_REASONS; i++) {
        Count count = {str_from(skip_name((SkipReason)i)), answer->skipped[i]};
        if (count.count) VEC_PUSH(arena, &counts, count);
    }
    return (CountList){counts.items, counts.len};
}

static FindIndexRow describe_index(const FindAnswer *answer)
{
    static const char *const builds[] = {"none", "started", "elsewhere"};
    return (FindIndexRow){.generation = answer->generation,
                          .stale = answer->stale,
                          .changed_files = answer->changed_files,
                          .cold = answer->cold.is,
                          .parsed = answer->cold.parsed,
                          .of_files = answer->cold.files,
                          .build = str_from(builds[answer->build]),
                          .trouble = answer->index_trouble};
}

static const FindSummary *summarise(Arena *arena, const FindAnswer *answer)
{
    FindSummary *summary = ARENA_NEW(arena, FindSummary);
    *summary =
        (FindSummary){.query = answer->query.text,
                      .kind = str_from(query_kind_name(answer->query.kind)),
                      .terms = query_terms(arena, &answer->query),
                      .names = query_names(arena, &answer->query),
                      .unknown = {answer->unknown, answer->unknown_count},
                      .universe = answer->universe_source,
                      .indexed = answer->indexed_files,
                      .indexed_bytes = answer->indexed_bytes,
                      .chunks = answer->chunks,
                      .skipped = count_skips(arena, answer),
                      .candidates = answer->candidates,
                      .stale = answer->stale,
                      .index = describe_index(answer),
                      .shown = answer->file_count,
                      .files = list_files(arena, answer),
                      .channels = list_channels(arena, &answer->channels),
                      .fusion = answer->channels.fusion == FUSE_RRF ? STR("ranks") : STR("scores"),
                      .rrf_k = answer->channels.rrf_k,
                      .deadline_ms = (double)answer->channels.deadline_ns / NS_PER_MS,
                      .truncated = answer->timed_out || answer->interrupted,
                      .timed_out = answer->timed_out,
                      .interrupted = answer->interrupted};
    return summary;
}

static void make_finding(const Result *of, size_t index, Finding *out)
{
    const FindData *data = of->data;
    *out = data->findings[index];
}

// One section a file, one finding a place.
static void take_findings(Arena *arena, const FindAnswer *answer, Result *out)
{
    FindingVec findings = {0};
    Section *sections = ARENA_ARRAY(arena, Section, answer->file_count);
    for (size_t i = 0; i < answer->file_count; i++) {
        const FindFile *file = &answer->files[i];
        uint32_t *indexes = ARENA_ARRAY(arena, uint32_t, file->place_count);
        for (size_t j = 0; j < file->place_count; j++) {
            const FindPlace *place = &file->places[j];
            Category category = place->name.len ? CATEGORY_DEFINITION : CATEGORY_TEXT;
            Finding finding = {.path = file->path,
                               .line = place->first_line,
                               .col = place->col,
                               .end_line = place->last_line,
                               .end_col = place->end_col,
                               .category = str_from(category_name(category)),
                               .text = place->head,
                               .enclosing = place->enclosing,
                               .kind = place->kind,
                               .name = place->name,
                               .qualified = place->qualified,
                               .depth = place->depth,
                               .stable_id = place->stable_id};
            indexes[j] = (uint32_t)findings.len;
            VEC_PUSH(arena, &findings, finding);
        }
        sections[i] = (Section){file->path, indexes, file->place_count};
    }
    FindData *data = ARENA_NEW(arena, FindData);
    *data = (FindData){findings.items, answer};
    out->data = data;
    out->finding_count = findings.len;
    out->make_finding = make_finding;
    out->sections = sections;
    out->section_count = answer->file_count;
}

static Fail run(Ctx *cx, const Env *env, const void *arguments, Result *out)
{
    FindQuery query;
    FindAnswer *answer = ARENA_NEW(cx->arena, FindAnswer);
    TRY(read_args(cx, arguments, &query));
    TRY(find_run(cx, env, &query, answer));
    *out = (Result){.root = answer->root,
                    .summary = summarise(cx->arena, answer),
                    .found = answer->file_count > 0,
                    .interrupted = answer->interrupted,
                    .stale = answer->stale || answer->cold.is};
    take_findings(cx->arena, answer, out);
    if (answer->timed_out)
        out->problem =
            FAIL(cx->arena, CANCELLED, "the time limit ended it after %llu files; raise --timeout",
                 (unsigned long long)answer->indexed_files);
    return NULL;
}

static const OpCell cell = {.version = 1,
                            .files = "in"}; // all files: each one's weight depends on the others

static const OpExample examples[] = {
    {"cq find 'how are retries scheduled'", "the files that answer it, best first"},
    {"cq find RetryPolicy --explain", "where it is defined, and why that file comes first"},
    {"cq find src/net/retry.c:120", "a place: the definition around it, and what is close to it"},
    {"cq find \"$(cat trace.txt)\"", "the files of a stack trace, the innermost first"},
    {"cq find 'connection pool' --in src --lang python", "in a part of the workspace"},
    {"cq find 'install from source' --only docs", "in text for people"},
    {0},
};

const OpSpec op_find = {
    .name = "find",
    .summary = "The files that answer a question, best first",
    .details =
        "The question may be a sentence, some words, an identifier, a path, an error message or a "
        "stack trace; a file that it names (src/dict.c:750) comes first, with that line. Words are "
        "compared by their stems with the code, comments, names of "
        "definitions and paths of all files; identifiers count by their parts and as a whole. One "
        "result a file, with its best places; tests, examples and text for people stand behind "
        "code unless the question asks for them.\n"
        "The files are those that search looks at. Binary files, files over --max-filesize and "
        "files that are not UTF-8 are skipped and counted.\n"
        "Exit status: 0 when something was found, 1 when nothing was, 2 and above on a problem.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(FindArgs),
    .result = result,
    .result_size = sizeof(FindSummary),
    .cell = &cell,
    .resident = true,
    .run = run,
    .text = find_text,
    .keeps_budget = true,
};
