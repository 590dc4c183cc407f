// train/do_pairs.c - cq-train pairs: what training pairs the repositories of a list have.
//
// The list: a line each, OWNER/NAME and optionally a revision; '#' begins a comment. Their git
// folders are ROOT/OWNER/NAME.git or ROOT/OWNER/NAME/.git.
#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/os.h"
#include "runtime/pool.h"
#include "train/commands.h"
#include "train/pairfile.h"
#include "train/source.h"

enum { MOST_LIST = 1 << 20 };

typedef VEC(Str) Names;

typedef struct Work {
    MineSpec spec;
    Str root;
    Mined *mined;
    size_t count;
    Counter done;
} Work;

static Fail read_lines(Ctx *cx, Str path, Names *out)
{
    Str text, line;
    TRY(os_read_file(cx, OS_CWD, str_cstr(cx->arena, path), MOST_LIST, &text));
    while (str_next(&text, '\n', &line)) {
        line = str_trim(str_sub(line, 0, str_find(line, '#')));
        if (line.len) VEC_PUSH(cx->arena, out, line);
    }
    return NULL;
}

static Str last_part(Str name)
{
    size_t slash = str_find_last(name, '/');
    return slash < name.len ? str_sub(name, slash + 1, name.len) : name;
}

// Names to keep out, with or without an owner: given one by one, and as lines of a file.
static Fail read_excluded(Ctx *cx, TrainArgs *args, Names *out)
{
    for (Str name; (name = args_take(args, "--exclude")).ptr;) VEC_PUSH(cx->arena, out, name);
    for (Str path; (path = args_take(args, "--exclude-file")).ptr;) TRY(read_lines(cx, path, out));
    for (size_t i = 0; i < out->len; i++) out->items[i] = last_part(out->items[i]);
    return NULL;
}

// A fork has the same name under another owner, so the owner does not count.
static Fail refuse_excluded(Ctx *cx, const Names *excluded, Str name)
{
    for (size_t i = 0; i < excluded->len; i++)
        if (str_eq_nocase(last_part(name), excluded->items[i]))
            return FAIL(cx->arena, BAD_REQUEST, STR_FMT " must not be trained on (--exclude)",
                        STR_ARG(name));
    return NULL;
}

// Digests of all files of repositories that must not be seen, not even as copies.
static Fail read_known(Ctx *cx, TrainArgs *args, Map *out)
{
    enum { LEAST_BYTES = 200 }; // an empty __init__.py says nothing
    for (Str git_dir; (git_dir = args_take(args, "--exclude-content")).ptr;) {
        Arena scratch = {0};
        Ctx inner = ctx_child(cx, &scratch);
        SourceFiles files = {0};
        Fail fail =
            source_files(&inner, str_cstr(&scratch, git_dir), STR("HEAD"), NULL, NULL, &files);
        for (size_t i = 0; i < files.len; i++) {
            if (files.items[i].text.len < LEAST_BYTES) continue;
            Digest digest = digest_of(files.items[i].text);
            map_put(cx->arena, out, digest_hex(cx->arena, &digest), 1);
        }
        fail = problem_copy(cx->arena, fail);
        arena_fini(&scratch);
        TRY(fail);
    }
    return NULL;
}

static Str find_git_dir(Arena *arena, Str root, Str name)
{
    OsStat stat;
    Str bare = str_format(arena, STR_FMT "/" STR_FMT ".git", STR_ARG(root), STR_ARG(name));
    Str inside = str_format(arena, STR_FMT "/" STR_FMT "/.git", STR_ARG(root), STR_ARG(name));
    if (os_try_stat(OS_CWD, bare.ptr, OS_FOLLOW, &stat) == 0) return bare;
    return os_try_stat(OS_CWD, inside.ptr, OS_FOLLOW, &stat) == 0 ? inside : STR_NONE;
}

static void mine_one(void *arg, size_t index, int slot)
{
    (void)slot;
    Work *work = arg;
    Mined *out = &work->mined[index];
    Str git_dir = find_git_dir(&out->arena, work->root, out->name);
    if (git_dir.len) mine(&work->spec, git_dir.ptr, out);
    else out->fail = FAIL(&out->arena, NOT_FOUND, "it is not there");
    say_progress("%zu of %zu  " STR_FMT, (size_t)counter_add(&work->done, 1), work->count,
                 STR_ARG(out->name));
}

static Str describe(Ctx *cx, const Work *work)
{
    Buf buf = buf_on(cx->arena);
    JsonWriter w = {.out = &buf};
    json_begin_object(&w);
    json_member_int(&w, "seed", (int64_t)work->spec.seed);
    json_key(&w, "most");
    json_begin_array(&w);
    for (int k = 0; k < PAIR_KINDS; k++) json_write_int(&w, work->spec.most[k]);
    json_end(&w);
    json_key(&w, "repositories");
    json_begin_object(&w);
    for (size_t i = 0; i < work->count; i++) {
        if (work->mined[i].fail) continue;
        json_key_str(&w, work->mined[i].name);
        json_write_str(&w, work->mined[i].revision);
    }
    json_end(&w);
    json_end(&w);
    return buf_str(&buf);
}

static void report(const Work *work)
{
    uint64_t bytes = 0, kinds[PAIR_KINDS] = {0};
    uint32_t files = 0, copies = 0;
    for (size_t i = 0; i < work->count; i++) {
        const Mined *mined = &work->mined[i];
        if (mined->fail)
            say("left out: " STR_FMT ": " STR_FMT, STR_ARG(mined->name),
                STR_ARG(mined->fail->detail));
        bytes += mined->bytes;
        files += mined->files;
        copies += mined->forbidden_files;
        for (int k = 0; k < PAIR_KINDS; k++) kinds[k] += mined->counts[k];
    }
    say("%u files, %llu MB; %u copies of excluded files left out", files,
        (unsigned long long)(bytes / 1000000), copies);
    say("pairs: doc comments %llu, names %llu, commits %llu, files %llu",
        (unsigned long long)kinds[PAIR_DOC], (unsigned long long)kinds[PAIR_NAME],
        (unsigned long long)kinds[PAIR_COMMIT], (unsigned long long)kinds[PAIR_FILE]);
}

static Fail list_repositories(Ctx *cx, TrainArgs *args, const Names *excluded, Work *work)
{
    Names lines = {0};
    Str list = args_take(args, "--list");
    if (!list.ptr) return FAIL(cx->arena, BAD_REQUEST, "--list FILE is needed");
    TRY(read_lines(cx, list, &lines));
    work->mined = ARENA_ARRAY(cx->arena, Mined, lines.len);
    work->count = lines.len;
    for (size_t i = 0; i < lines.len; i++) {
        Str rest = lines.items[i];
        str_next(&rest, ' ', &work->mined[i].name);
        work->mined[i].revision = str_trim(rest);
        TRY(refuse_excluded(cx, excluded, work->mined[i].name));
    }
    return NULL;
}

static Fail write_pairs(Ctx *cx, const Work *work, const char *path, PairFileSpec spec)
{
    PairFileCounts counts;
    spec.about = describe(cx, work);
    say_progress("writing");
    TRY(pairfile_write(cx, path, &spec, work->mined, work->count, &counts));
    say("%u pairs (%u copies, %u without known terms left out), %u of %u terms, %.1f MB",
        counts.pairs, counts.copies, counts.empty, counts.terms, counts.terms_seen,
        (double)counts.bytes / 1e6);
    return NULL;
}

Fail do_pairs(Ctx *cx, TrainArgs *args)
{
    int64_t start = clock_now_ns();
    Names excluded = {0};
    Map known = {0};
    Work work = {0};
    Str out = args_take(args, "--out");
    work.root = args_take(args, "--root");
    TRY(read_excluded(cx, args, &excluded));
    TRY(list_repositories(cx, args, &excluded, &work));
    int threads = (int)args_int(args, "--threads", os_cpu_count());
    work.spec = (MineSpec){
        .most = {(uint32_t)args_int(args, "--docs", 40000),
                 (uint32_t)args_int(args, "--names", 4000),
                 (uint32_t)args_int(args, "--commits", 4000),
                 (uint32_t)args_int(args, "--files", 1000)},
        .seed = (uint64_t)args_int(args, "--seed", 1),
        .forbidden = excluded.items,
        .forbidden_count = excluded.len,
        .known = &known,
    };
    PairFileSpec spec = {.least_plain = (uint32_t)args_int(args, "--least-plain", 12),
                         .least_joined = (uint32_t)args_int(args, "--least-joined", 25),
                         .least_repos = (uint32_t)args_int(args, "--least-repos", 3),
                         .most_terms = (uint32_t)args_int(args, "--most-terms", 200000)};
    TRY(read_known(cx, args, &known));
    TRY(args_end(cx, args));
    if (!out.ptr || !work.root.ptr)
        return FAIL(cx->arena, BAD_REQUEST, "--out FILE and --root DIR are needed");
    Pool *pool = pool_new((PoolSpec){.cpu_workers = MAX(threads, 1) - 1});
    pool_each(pool, cx, work.count, 1, mine_one, &work);
    pool_free(pool);
    report(&work);
    Fail fail = write_pairs(cx, &work, out.ptr, spec);
    for (size_t i = 0; i < work.count; i++) arena_fini(&work.mined[i].arena);
    if (!fail)
        say("%.1f s, %.0f MB of memory", (double)(clock_now_ns() - start) / 1e9,
            (double)os_peak_rss_bytes() / 1e6);
    return fail;
}
