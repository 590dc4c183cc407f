// train/mine.c
#include "train/mine.h"

#include "base/digest.h"
#include "base/hash.h"
#include "index/path_class.h"
#include "index/terms.h"
#include "lang/facts.h"
#include "train/doc_comment.h"
#include "train/random.h"
#include "train/source.h"

enum {
    LARGEST_FILE = 400 << 10,
    LONGEST_LINES = 160, // bytes a line, on average: beyond it nobody wrote the file
    BODY_LINES = 45,
    BODY_BYTES = 1800,
    LEAST_BODY = 3, // distinct terms
    WINDOW_LINES = 35,
    COMMITS = 6000,
    COMMIT_FILES = 4,
    COMMIT_NAMES = 25,
    MOST_TERMS = 40, // of a query
};

typedef struct Entry { // one file that is used
    Str path;
    uint32_t folder;
    VEC(Str) names; // of its definitions
} Entry;

typedef struct Mining {
    const MineSpec *spec;
    Mined *out;
    Arena files, scratch;
    Parser *parser;
    Random random;
    Map folders, by_path;
    VEC(Entry) entries;
    Bag query, body;
    uint32_t next_target;
    float keep_name; // chance of a pair of that kind
    float windows;   // a file
} Mining;

// ---- which files

static bool is_folder_of(const MineSpec *spec, Str part)
{
    static const char *const vendored[] = {
        "vendor",   "_vendor",      "vendored", "third_party", "third-party", "thirdparty",
        "3rdparty", "node_modules", "external", "externals",   "deps",        "bundled",
        "extern",   "submodules",   "dist",     "build",       "generated",   "__generated__",
        "autogen",  "testdata",     "fixtures"};
    for (size_t i = 0; i < ARRAY_LEN(vendored); i++)
        if (str_eq_nocase(part, str_from(vendored[i]))) return true;
    for (size_t i = 0; i < spec->forbidden_count; i++)
        if (str_eq_nocase(part, spec->forbidden[i])) return true;
    return false;
}

static bool is_wanted(const void *arg, Str path)
{
    const MineSpec *spec = arg;
    Str part, rest = path_folder(path);
    if (path_flags(path) & PATH_TEST) return false;
    if (path_form(path, lang_detect(path, STR_NONE)) != FORM_CODE) return false;
    while (str_next(&rest, '/', &part))
        if (is_folder_of(spec, part)) return false;
    return !is_folder_of(spec, path_stem(path));
}

static bool looks_written(Str text)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.len; i++) lines += text.ptr[i] == '\n';
    Str head = str_sub(text, 0, 600);
    if (str_contains(head, STR("DO NOT EDIT")) || str_contains(head, STR("@generated")))
        return false;
    return text.len / lines <= LONGEST_LINES && !memchr(text.ptr, 0, text.len);
}

static bool is_known(Mining *mining, Str text)
{
    Digest digest = digest_of(text);
    bool known = map_get(mining->spec->known, digest_hex(&mining->scratch, &digest), NULL);
    mining->out->forbidden_files += known;
    return known;
}

// ---- pairs

static uint32_t number_folder(Mining *mining, Str path)
{
    Str folder = path_folder(path);
    return (uint32_t)*map_at(&mining->files, &mining->folders, folder, mining->folders.len);
}

static void push(Mining *mining, PairKind kind, uint32_t target, uint32_t folder)
{
    Mined *out = mining->out;
    Pair pair = {(uint32_t)out->bags.len, target, folder, kind};
    VEC_PUSH(&out->arena, &out->pairs, pair);
    VEC_PUSH(&out->arena, &out->bags, bag_telling(&mining->query, &out->terms));
    for (size_t i = 0; i < mining->query.items.len; i++) {
        uint32_t term = mining->query.items.items[i].term;
        if (!out->terms.stop.items[term]) VEC_PUSH(&out->arena, &out->bags, term);
    }
    VEC_PUSH(&out->arena, &out->bags, (uint32_t)mining->body.items.len);
    for (size_t i = 0; i < mining->body.items.len; i++) {
        VEC_PUSH(&out->arena, &out->bags, mining->body.items.items[i].term);
        VEC_PUSH(&out->arena, &out->bags, mining->body.items.items[i].count);
    }
}

static bool query_is_useful(const Mining *mining, uint32_t least)
{
    uint32_t telling = bag_telling(&mining->query, &mining->out->terms);
    return telling >= least && telling <= MOST_TERMS;
}

// The last two folders of a path.
static Str near_folders(Str path)
{
    Str folder = path_folder(path);
    size_t last = str_find_last(folder, '/');
    if (last >= folder.len) return folder;
    size_t before = str_find_last(str_sub(folder, 0, last), '/');
    return str_sub(folder, before < last ? before + 1 : 0, folder.len);
}

static void add_place(Mining *mining, Str path)
{
    bag_add(&mining->body, &mining->out->terms, path_stem(path));
    bag_add(&mining->body, &mining->out->terms, near_folders(path));
}

// The beginning of a definition, its comments taken out.
static Str body_text(Mining *mining, const Facts *facts, Str text, const Def *def)
{
    Buf buf = buf_on(&mining->scratch);
    uint32_t at = def->full.start, end = at, lines = 0;
    while (end < def->full.end && lines < BODY_LINES) lines += text.ptr[end++] == '\n';
    uint32_t low = 0, high = facts->span_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (facts->spans[middle].span.start < at) low = middle + 1;
        else high = middle;
    }
    for (; low < facts->span_count && facts->spans[low].span.start < end; low++) {
        const TextSpan *span = &facts->spans[low];
        if (span->kind != SPAN_COMMENT && span->kind != SPAN_DOCSTRING) continue;
        if (span->span.start < at) continue;
        buf_add(&buf, str_sub(text, at, span->span.start));
        buf_byte(&buf, ' ');
        at = span->span.end;
    }
    if (at < end) buf_add(&buf, str_sub(text, at, end));
    Str all = buf_str(&buf);
    return str_sub(all, 0, utf8_cut(all, BODY_BYTES));
}

static bool fill_body(Mining *mining, const Facts *facts, const SourceFile *file, const Def *def)
{
    bag_clear(&mining->body);
    bag_add(&mining->body, &mining->out->terms, body_text(mining, facts, file->text, def));
    return mining->body.items.len >= LEAST_BODY;
}

static bool add_doc_pair(Mining *mining, const Facts *facts, const SourceFile *file, const Def *def,
                         uint32_t folder)
{
    Str doc = doc_comment_gist(&mining->scratch, def->doc);
    if (!doc.len) return false;
    bag_clear(&mining->query);
    bag_add(&mining->query, &mining->out->terms, doc);
    if (!query_is_useful(mining, 2) || !fill_body(mining, facts, file, def)) return false;
    add_place(mining, file->path);
    push(mining, PAIR_DOC, mining->next_target, folder);
    return true;
}

// The name of a definition; the joined term goes, and sometimes most of its parts.
static void hide_name(Mining *mining, Str name)
{
    Str word;
    WordTerms terms;
    Terms *all = &mining->out->terms;
    bool more = random_below(&mining->random, 2);
    for (size_t at = 0; terms_next_word(name, &at, &word);) {
        terms_of_word(word, &terms);
        for (size_t i = 0; i < terms.count; i++) {
            bool joined = terms.joined && i + 1 == terms.count;
            bool hidden = joined || (more && random_unit(&mining->random) < 0.7F);
            if (hidden) bag_remove(&mining->body, terms_number(all, terms.items[i]));
        }
    }
}

static bool add_name_pair(Mining *mining, const Facts *facts, const SourceFile *file,
                          const Def *def, uint32_t folder)
{
    if (random_unit(&mining->random) >= mining->keep_name) return false;
    if (def->declaration || def->end_line < def->start_line + 3) return false;
    bag_clear(&mining->query);
    bag_add(&mining->query, &mining->out->terms, def->name);
    if (def->parent >= 0 && random_unit(&mining->random) < 0.4F)
        bag_add(&mining->query, &mining->out->terms, facts->defs[def->parent].name);
    if (!query_is_useful(mining, 2) || !fill_body(mining, facts, file, def)) return false;
    hide_name(mining, def->name);
    add_place(mining, file->path);
    if (mining->body.items.len < LEAST_BODY) return false;
    push(mining, PAIR_NAME, mining->next_target, folder);
    return true;
}

static void add_file_pair(Mining *mining, const SourceFile *file, uint32_t folder)
{
    uint32_t lines = 0, from, start = 0, end;
    for (size_t i = 0; i < file->text.len; i++) lines += file->text.ptr[i] == '\n';
    from = lines > WINDOW_LINES ? random_below(&mining->random, lines - WINDOW_LINES) : 0;
    for (uint32_t line = 0; line < from; start++) line += file->text.ptr[start] == '\n';
    end = start;
    for (uint32_t line = 0; line < WINDOW_LINES && end < file->text.len; end++)
        line += file->text.ptr[end] == '\n';
    Str window = str_sub(file->text, start, end), folders = near_folders(file->path);
    size_t last = str_find_last(folders, '/');
    bag_clear(&mining->query);
    bag_add(&mining->query, &mining->out->terms, path_stem(file->path));
    bag_add(&mining->query, &mining->out->terms,
            str_sub(folders, last < folders.len ? last + 1 : 0, folders.len));
    bag_clear(&mining->body);
    bag_add(&mining->body, &mining->out->terms, window);
    if (!query_is_useful(mining, 1) || mining->body.items.len < LEAST_BODY) return;
    push(mining, PAIR_FILE, mining->next_target++, folder);
}

static void mine_file(Ctx *cx, Mining *mining, const SourceFile *file)
{
    Facts facts;
    Entry entry = {file->path, number_folder(mining, file->path), {0}};
    LangId lang = lang_detect(file->path, str_sub(file->text, 0, 65536));
    if (lang == LANG_NONE || !looks_written(file->text) || is_known(mining, file->text)) return;
    Ctx inner = ctx_child(cx, &mining->scratch);
    if (facts_extract(&inner, mining->parser, lang, file->text, &facts)) return;
    mining->out->files++;
    mining->out->bytes += file->text.len;
    for (uint32_t i = 0; i < facts.def_count; i++) {
        const Def *def = &facts.defs[i];
        if (!def->name.len) continue;
        VEC_PUSH(&mining->files, &entry.names, str_copy(&mining->files, def->name));
        bool added = def->doc.len && add_doc_pair(mining, &facts, file, def, entry.folder);
        bool function = def->kind == DEF_FUNCTION || def->kind == DEF_METHOD ||
                        def->kind == DEF_CLASS || def->kind == DEF_STRUCT;
        if (function) added |= add_name_pair(mining, &facts, file, def, entry.folder);
        mining->next_target += added;
    }
    for (float left = mining->windows; left > 0; left -= 1)
        if (random_unit(&mining->random) < left) add_file_pair(mining, file, entry.folder);
    map_put(&mining->files, &mining->by_path, file->path, mining->entries.len);
    VEC_PUSH(&mining->files, &mining->entries, entry);
}

// ---- commits

// What can be learnt from a subject; empty: nothing.
static Str subject_gist(Str subject)
{
    static const char *const dull[] = {
        "merge",     "bump",       "release", "revert",        "version",  "typo",
        "changelog", "dependabot", "upgrade", "prepare",       "wip",      "chore",
        "[ci",       "ci:",        "ci(",     "update dep",    "fix typo", "fix lint",
        "lint",      "format",     "style:",  "update readme", "cleanup",  "clean up"};
    for (size_t i = 0; i < ARRAY_LEN(dull); i++)
        if (str_eq_nocase(str_sub(subject, 0, strlen(dull[i])), str_from(dull[i]))) return STR_NONE;
    size_t end = str_find(subject, '#'); // "(#123)"
    return str_sub(subject, 0, end);
}

static void add_commit_pair(Mining *mining, const SourceCommit *commit, const Entry *entry,
                            uint32_t target)
{
    Terms *terms = &mining->out->terms;
    bag_clear(&mining->query);
    bag_add(&mining->query, terms, subject_gist(commit->subject));
    if (!query_is_useful(mining, 2) || mining->query.items.len > 25) return;
    bag_clear(&mining->body);
    bag_add(&mining->body, terms, entry->path);
    for (size_t i = 0; i < MIN(entry->names.len, (size_t)COMMIT_NAMES); i++) {
        size_t at = i;
        if (entry->names.len > COMMIT_NAMES)
            at = random_below(&mining->random, (uint32_t)entry->names.len);
        bag_add(&mining->body, terms, entry->names.items[at]);
    }
    if (mining->body.items.len < LEAST_BODY) return;
    push(mining, PAIR_COMMIT, target, entry->folder);
}

static void mine_commit(Mining *mining, const SourceCommit *commit, uint32_t first_target)
{
    uint64_t candidates[COMMIT_FILES];
    uint32_t count = 0;
    Str path, rest = commit->paths;
    if (commit->path_count > COMMIT_FILES || !subject_gist(commit->subject).len) return;
    while (count < COMMIT_FILES && str_next(&rest, '\n', &path))
        count += map_get(&mining->by_path, path, &candidates[count]);
    if (!count) return;
    uint32_t chosen = (uint32_t)candidates[random_below(&mining->random, count)];
    add_commit_pair(mining, commit, &mining->entries.items[chosen], first_target + chosen);
}

static Fail mine_commits(Ctx *cx, Mining *mining, const char *git_dir)
{
    SourceCommits commits;
    uint32_t first_target = mining->next_target;
    TRY(source_commits(cx, git_dir, mining->out->revision, COMMITS, &commits));
    for (size_t i = 0; i < commits.len; i++) {
        mine_commit(mining, &commits.items[i], first_target);
        arena_reset(&mining->scratch);
    }
    return NULL;
}

// ---- all

// Too many of a kind: so many of them, by chance, in the order they were found.
static void thin_out(Mining *mining)
{
    Mined *out = mining->out;
    uint32_t seen[PAIR_KINDS] = {0}, need[PAIR_KINDS];
    for (size_t i = 0; i < out->pairs.len; i++) seen[out->pairs.items[i].kind]++;
    for (int k = 0; k < PAIR_KINDS; k++) need[k] = MIN(seen[k], mining->spec->most[k]);
    size_t kept = 0;
    for (size_t i = 0; i < out->pairs.len; i++) {
        Pair pair = out->pairs.items[i];
        bool chosen = random_below(&mining->random, seen[pair.kind]--) < need[pair.kind];
        if (!chosen) continue;
        need[pair.kind]--;
        out->counts[pair.kind]++;
        out->pairs.items[kept++] = pair;
    }
    out->pairs.len = kept;
}

static Fail mine_all(Ctx *cx, Mining *mining, const char *git_dir)
{
    SourceFiles files;
    Str name = mining->out->revision.len ? mining->out->revision : STR("HEAD");
    uint64_t bytes = 0;
    TRY(source_revision(cx, git_dir, name, &name));
    mining->out->revision = str_copy(&mining->out->arena, name);
    TRY(source_files(cx, git_dir, name, is_wanted, mining->spec, &files));
    for (size_t i = 0; i < files.len; i++) bytes += files.items[i].text.len;
    mining->keep_name = 1500.0F * (float)mining->spec->most[PAIR_NAME] / (float)(bytes + 1);
    mining->windows = 1.2F * (float)mining->spec->most[PAIR_FILE] / (float)(files.len + 1);
    mining->windows = MIN(mining->windows, 3.0F);
    for (size_t i = 0; i < files.len; i++) {
        if (files.items[i].text.len <= LARGEST_FILE) mine_file(cx, mining, &files.items[i]);
        arena_reset(&mining->scratch);
    }
    return mine_commits(cx, mining, git_dir);
}

void mine(const MineSpec *spec, const char *git_dir, Mined *out)
{
    Mining mining = {.spec = spec, .out = out};
    out->terms.arena = &out->arena;
    mining.random.state = spec->seed ^ hash_str(out->name);
    mining.parser = parser_new(NULL);
    Ctx cx = {.arena = &mining.files};
    out->fail = problem_copy(&out->arena, mine_all(&cx, &mining, git_dir));
    thin_out(&mining);
    parser_free(mining.parser);
    arena_fini(&mining.scratch);
    arena_fini(&mining.files);
}
