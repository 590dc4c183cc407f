// service/tables.c - which files changed, which database serves.
//
// DESIGN. One writer at a time holds the lock; it compares again once it has it, since another may
// have done the work. It never touches sql.duckdb: it fills sql.new, syncs it and renames it, so
// readers, who take no lock, hold the old file as long as they have it open. What a killed writer
// left (sql.new) the next one overwrites. A failure leaves sql.duckdb as it was.
#include "service/tables.h"

#include "base/map.h"
#include "base/os_disk.h"
#include "base/vec.h"
#include "base/version.h"
#include "index/doc.h"
#include "index/filetable.h"
#include "index/opened.h"
#include "runtime/policy.h"
#include "service/tables_.h"

#define CURRENT "sql.duckdb"
#define NEXT "sql.new"

enum { TABLES_VERSION = 2 };             // of table_specs and what goes into them
#define LONGEST_WAIT_NS (600 * NS_PER_S) // for another process

// --- the files of the workspace ---

void tables_look(Ctx *cx, const Refresh *refresh, TableFile *file, Str *text)
{
    FileLook look;
    *text = STR_NONE;
    if (file->listed_as) {
        file->skipped = true;
        file->state = str_from(skip_name((SkipReason)(file->listed_as - 1)));
        return;
    }
    file_look(cx, refresh->spec->workspace->dir, file->path.ptr, refresh->spec->max_file_bytes,
              &look);
    if (!look.row.skip && memchr(look.text.ptr, 0, look.text.len)) look.row.skip = 1 + SKIP_BINARY;
    if (!look.row.skip && !utf8_valid(look.text.ptr, look.text.len))
        look.row.skip = 1 + SKIP_NOT_UTF8;
    file->skipped = look.row.skip != 0;
    file->state = file->skipped ? str_from(skip_name((SkipReason)(look.row.skip - 1)))
                                : digest_hex(cx->arena, &look.digest);
    *text = file->skipped ? STR_NONE : look.text;
}

static Fail list_files(Refresh *refresh)
{
    Universe universe;
    Selection all = {0};
    Ctx *cx = refresh->cx;
    TRY(universe_list(cx, refresh->spec->workspace, &all, refresh->env->pool, &universe));
    TRY(ctx_check(cx));
    refresh->files = ARENA_ARRAY(cx->arena, TableFile, universe.count + universe.skipped_count);
    for (size_t i = 0; i < universe.count; i++)
        refresh->files[refresh->count++].path = universe.files[i].path;
    for (size_t i = 0; i < universe.skipped_count; i++)
        refresh->files[refresh->count++] = (TableFile){
            .path = universe.skipped[i].path, .listed_as = 1 + (int)universe.skipped[i].reason};
    return NULL;
}

typedef struct Looking {
    const Refresh *refresh;
    Arena *slots;
    Arena *kept;
} Looking;

static void look_one(void *arg, size_t index, int slot)
{
    Looking *looking = arg;
    Str text = STR_NONE;
    TableFile *file = &looking->refresh->files[index];
    Ctx cx = ctx_child(looking->refresh->cx, &looking->slots[slot]);
    tables_look(&cx, looking->refresh, file, &text);
    file->state = str_copy(&looking->kept[slot], file->state);
    arena_reset(&looking->slots[slot]);
}

static Fail look_at_all(Refresh *refresh)
{
    Arena *arena = refresh->cx->arena;
    size_t slots = (size_t)pool_slots(refresh->env->pool);
    Looking looking = {refresh, ARENA_ARRAY(arena, Arena, slots), ARENA_ARRAY(arena, Arena, slots)};
    pool_each(refresh->env->pool, refresh->cx, refresh->count, 8, look_one, &looking);
    for (size_t i = 0; i < slots; i++) {
        arena_fini(&looking.slots[i]);
        arena_adopt(arena, &looking.kept[i]);
    }
    refresh->looked = true;
    return ctx_check(refresh->cx);
}

// --- what the tables have ---

typedef struct Before {
    Arena *arena;
    Map files; // path -> index of both
    StrVec paths, states;
    Str made_by, limit, commit;
    int64_t dims;
} Before;

static bool take_meta(void *arg, const DuckCell *row)
{
    Before *before = arg;
    if (str_eq(row[0].text, STR("made_by"))) before->made_by = str_copy(before->arena, row[1].text);
    if (str_eq(row[0].text, STR("commit"))) before->commit = str_copy(before->arena, row[1].text);
    if (str_eq(row[0].text, STR("limit"))) before->limit = str_copy(before->arena, row[1].text);
    if (str_eq(row[0].text, STR("dimensions")) && !str_to_int(row[1].text, &before->dims))
        before->dims = 0;
    return true;
}

static bool take_file(void *arg, const DuckCell *row)
{
    Before *before = arg;
    Str path = str_copy(before->arena, row[0].text);
    map_put(before->arena, &before->files, path, before->states.len);
    VEC_PUSH(before->arena, &before->paths, path);
    VEC_PUSH(before->arena, &before->states, str_copy(before->arena, row[1].text));
    return true;
}

static Fail read_table(Ctx *cx, DuckDb *db, Str sql, bool (*take)(void *, const DuckCell *),
                       void *arg)
{
    DuckAnswer answer;
    TRY(duck_ask(cx, db, sql, &answer));
    duck_each(&answer, take, arg);
    duck_done(&answer);
    return NULL;
}

static DuckOpen opening(const Refresh *refresh, const char *path, bool read_only)
{
    const Policy *policy = refresh->env->policy;
    return (DuckOpen){.path = path,
                      .read_only = read_only,
                      .memory_bytes = (uint64_t)policy->sql.memory_limit_bytes,
                      .threads = (int)policy_profile(policy, STR("sql")).cpu_workers + 1};
}

// Fails when there is nothing of use: then all is made anew.
static Fail read_before(Refresh *refresh, const char *path, Before *before)
{
    DuckDb db = {0};
    Ctx *cx = refresh->cx;
    DuckOpen how = opening(refresh, path, true);
    TRY(duck_open(cx, refresh->spec->lib, &how, &db));
    Fail fail = read_table(cx, &db, STR("SELECT key, value FROM meta"), take_meta, before);
    if (!fail && !str_eq(before->made_by, refresh->made_by))
        fail = FAIL(cx->arena, DAMAGED, "made otherwise");
    if (!fail)
        fail = read_table(cx, &db, STR("SELECT path, coalesce(digest, skipped) FROM files"),
                          take_file, before);
    duck_close(&db);
    return fail;
}

// Marks what changed; *gone are paths that the tables have and the workspace has not.
static void compare(Refresh *refresh, const Before *before, StrVec *gone)
{
    Arena *arena = refresh->cx->arena;
    Map now = {0};
    uint64_t at;
    refresh->out->changed = refresh->out->removed = 0;
    for (size_t i = 0; i < refresh->count; i++) {
        TableFile *file = &refresh->files[i];
        file->changed = !map_get(&before->files, file->path, &at) ||
                        !str_eq(before->states.items[at], file->state);
        refresh->out->changed += file->changed;
        map_put(arena, &now, file->path, i);
    }
    for (size_t i = 0; i < before->paths.len; i++)
        if (!map_get(&now, before->paths.items[i], NULL))
            VEC_PUSH(arena, gone, before->paths.items[i]);
    refresh->out->removed = gone->len;
}

// --- writing ---

typedef struct Place { // where the database is kept
    OsFile dir, lock;
    Str current, next; // absolute
} Place;

static void name_files(Arena *arena, Str folder, Place *place)
{
    place->current = str_format(arena, STR_FMT "/" CURRENT, STR_ARG(folder));
    place->next = str_format(arena, STR_FMT "/" NEXT, STR_ARG(folder));
}

static Fail put_meta(Refresh *refresh, DuckDb *db)
{
    Arena *arena = refresh->cx->arena;
    EmbedModel model = refresh->embedder ? embed_model(refresh->embedder) : (EmbedModel){0};
    Str backend = model.backend.ptr ? model.backend : STR("none");
    const Str rows[][2] = {
        {STR("made_by"), refresh->made_by},
        {STR("root"), refresh->spec->workspace->root},
        {STR("embedding"), str_join(arena, backend, STR(" "), model.model)},
        {STR("dimensions"), str_format(arena, "%u", refresh->dims)},
        {STR("limit"), refresh->out->limits[1]},
        {STR("commit"), refresh->commit},
    };
    DuckWriter *writer;
    TRY(duck_run(refresh->cx, db, STR("DELETE FROM meta")));
    TRY(table_writer(refresh->cx, db, TABLE_META, 0, &writer));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        duck_put_text(writer, rows[i][0]);
        duck_put_text(writer, rows[i][1]);
        duck_end_row(writer);
    }
    return duck_writer_end(refresh->cx, writer);
}

static Fail create_tables(Refresh *refresh, DuckDb *db)
{
    for (TableId t = 0; t < TABLES; t++)
        TRY(duck_run(refresh->cx, db, table_create(refresh->cx->arena, t, MAX(refresh->dims, 1U))));
    return NULL;
}

static Fail put_old_paths(Refresh *refresh, DuckDb *db, const StrVec *gone)
{
    DuckWriter *writer;
    static const DuckColumn column = {DUCK_TEXT, 0};
    TRY(duck_run(refresh->cx, db, STR("CREATE TEMP TABLE old (path VARCHAR)")));
    TRY(duck_writer_new(refresh->cx, db, "old", &column, 1, &writer));
    for (size_t i = 0; i < refresh->count; i++) {
        if (!refresh->files[i].changed) continue;
        duck_put_text(writer, refresh->files[i].path);
        duck_end_row(writer);
    }
    for (size_t i = 0; i < gone->len; i++) {
        duck_put_text(writer, gone->items[i]);
        duck_end_row(writer);
    }
    return duck_writer_end(refresh->cx, writer);
}

static Fail delete_old(Refresh *refresh, DuckDb *db, const StrVec *gone)
{
    TRY(put_old_paths(refresh, db, gone));
    for (TableId t = 0; t < TABLE_META; t++)
        TRY(duck_run(refresh->cx, db,
                     str_format(refresh->cx->arena,
                                "DELETE FROM %s WHERE path IN (SELECT path FROM old)",
                                table_specs[t].name)));
    return duck_run(refresh->cx, db, STR("DROP TABLE old"));
}

// One transaction; without `gone` the database is empty.
static Fail fill(Refresh *refresh, DuckDb *db, const StrVec *gone)
{
    Ctx *cx = refresh->cx;
    TRY(duck_run(cx, db, STR("BEGIN")));
    if (gone) TRY(delete_old(refresh, db, gone));
    else TRY(create_tables(refresh, db));
    TRY(tables_write_rows(refresh, db));
    TRY(tables_write_commits(refresh, db));
    TRY(put_meta(refresh, db));
    return duck_run(cx, db, STR("COMMIT"));
}

static Fail copy_file(Ctx *cx, OsFile dir, const char *from, const char *to)
{
    enum { PIECE = 1 << 20 };
    OsFile in = OS_FILE_NONE, out = OS_FILE_NONE;
    size_t got = PIECE;
    char *bytes = arena_alloc_raw(cx->arena, PIECE);
    Fail fail = os_open(cx, dir, from, OS_NOFOLLOW, &in);
    if (!fail) fail = os_create(cx, dir, to, &out);
    while (!fail && got == PIECE) {
        fail = os_read(cx, in, bytes, PIECE, true, &got);
        if (!fail) fail = os_write(cx, out, (Str){bytes, got});
        if (!fail) fail = ctx_check(cx);
    }
    os_close(&in);
    os_close(&out);
    return fail;
}

static Fail sync_file(Ctx *cx, OsFile dir, const char *name)
{
    OsFile file = OS_FILE_NONE;
    TRY(os_open(cx, dir, name, OS_NOFOLLOW, &file));
    Fail fail = os_sync(cx, file);
    os_close(&file);
    return fail;
}

static void remove_left(Ctx *cx, OsFile dir)
{
    Fail ignored = os_remove(cx, dir, NEXT);
    ignored = os_remove(cx, dir, NEXT ".wal");
    (void)ignored; // it is not there; else the next step fails
}

static Fail write_next(Refresh *refresh, const Place *place, const StrVec *gone)
{
    Ctx *cx = refresh->cx;
    DuckDb db = {0};
    DuckOpen how = opening(refresh, place->next.ptr, false);
    remove_left(cx, place->dir);
    if (gone) TRY(copy_file(cx, place->dir, CURRENT, NEXT));
    TRY(duck_open(cx, refresh->spec->lib, &how, &db));
    Fail fail = fill(refresh, &db, gone);
    if (!fail) fail = duck_run(cx, &db, STR("CHECKPOINT"));
    duck_close(&db);
    if (!fail) fail = sync_file(cx, place->dir, NEXT);
    if (!fail) fail = os_rename(cx, place->dir, NEXT, CURRENT);
    if (!fail) fail = os_sync(cx, place->dir);
    if (fail) remove_left(cx, place->dir);
    return fail;
}

// Most of it changed: then a new file is faster, and smaller.
static bool better_anew(const Refresh *refresh, const StrVec *gone)
{
    return (refresh->out->changed + gone->len) * 4 > refresh->count;
}

static void mark_all(Refresh *refresh)
{
    for (size_t i = 0; i < refresh->count; i++) refresh->files[i].changed = true;
    refresh->out->changed = refresh->count;
    refresh->out->removed = 0;
    refresh->dims = 0;
    refresh->out->limits[1] = STR_NONE;
}

static Fail bring_up_to_date(Refresh *refresh, const Place *place, bool *done)
{
    Before before = {.arena = refresh->cx->arena};
    StrVec gone = {0};
    bool anew = read_before(refresh, place->current.ptr, &before) != NULL;
    TRY(ctx_check(refresh->cx));
    refresh->dims = anew ? 0 : (uint32_t)before.dims;
    if (anew) before = (Before){.arena = refresh->cx->arena};
    refresh->out->limits[1] = before.limit; // of files that have not changed since
    if (!anew && !refresh->looked) TRY(look_at_all(refresh));
    compare(refresh, &before, &gone);
    *done = !anew && !refresh->out->changed && !gone.len && str_eq(before.commit, refresh->commit);
    if (*done || place->lock.fd < 0) return NULL;
    anew = anew || better_anew(refresh, &gone);
    if (anew) mark_all(refresh);
    *done = true;
    return write_next(refresh, place, anew ? NULL : &gone);
}

// --- the flow ---

static Fail find_place(Ctx *cx, const Env *env, const Workspace *workspace, Place *place)
{
    Store *store;
    const CachePolicy *cache = &env->policy->cache;
    StoreSpec spec = {cache->enabled ? cache->directory : STR_NONE, workspace->root,
                      TABLES_VERSION};
    TRY(store_open(cx, &spec, &store));
    Str folder = str_copy(cx->arena, store_folder(store));
    store_close(store);
    name_files(cx->arena, folder, place);
    return NULL;
}

bool tables_are_there(Ctx *cx, const Env *env, const Workspace *workspace)
{
    OsStat stat;
    Place place;
    if (find_place(cx, env, workspace, &place)) return false;
    return !os_try_stat(OS_CWD, place.current.ptr, OS_FOLLOW, &stat);
}

static Fail open_folder(Ctx *cx, Place *place)
{
    Str folder = str_sub(place->current, 0, str_find_last(place->current, '/'));
    const char *path = str_cstr(cx->arena, folder);
    TRY(os_make_dirs(cx, path, 0700));
    return os_open(cx, OS_CWD, path, OS_FOLLOW, &place->dir);
}

static Fail take_lock(Ctx *cx, Place *place, int64_t patience_ns)
{
    bool got = false;
    TRY(open_folder(cx, place));
    TRY(os_open_lock(cx, place->dir, "sql.lock", &place->lock));
    TRY(os_lock(cx, place->lock, patience_ns, &got));
    return got ? NULL : FAIL(cx->arena, UNAVAILABLE, "another process is still writing them");
}

static Fail make_temporary(Refresh *refresh, Fail why)
{
    Ctx *cx = refresh->cx;
    Tables *out = refresh->out;
    uint64_t random;
    Place place = {.dir = OS_FILE_NONE, .lock = OS_FILE_NONE};
    Str above = os_env("TMPDIR");
    TRY(os_random(cx, &random, sizeof random));
    out->temporary =
        str_format(cx->arena, STR_FMT "/cq-sql-%016llx", STR_ARG(above.len ? above : STR("/tmp")),
                   (unsigned long long)random);
    out->limits[0] = str_format(cx->arena, "the tables were made for this answer only: " STR_FMT,
                                STR_ARG(why->detail));
    name_files(cx->arena, out->temporary, &place);
    out->path = place.current;
    mark_all(refresh);
    Fail fail = open_folder(cx, &place);
    if (!fail) fail = write_next(refresh, &place, NULL);
    os_close(&place.dir);
    if (fail) tables_close(cx, out);
    return fail;
}

static Fail refresh_in_place(Refresh *refresh, Place *place)
{
    bool done = false;
    TRY(bring_up_to_date(refresh, place, &done)); // without the lock: only looks
    if (done) return NULL;
    bool kept_only = refresh->spec->kept_only;
    Fail fail = take_lock(refresh->cx, place, kept_only ? 0 : LONGEST_WAIT_NS);
    if (fail && fail->kind != PROBLEM_CANCELLED && !kept_only) return make_temporary(refresh, fail);
    return fail ? fail : bring_up_to_date(refresh, place, &done);
}

static void count_files(const Refresh *refresh, Tables *out)
{
    for (size_t i = 0; i < refresh->count; i++)
        if (refresh->files[i].skipped) out->skipped++;
        else out->files++;
}

static Fail run(Refresh *refresh)
{
    OsStat stat;
    Place place = {.dir = OS_FILE_NONE, .lock = OS_FILE_NONE};
    Fail homeless = find_place(refresh->cx, refresh->env, refresh->spec->workspace, &place);
    refresh->out->path = place.current;
    if (homeless && refresh->spec->kept_only) return homeless;
    if (!homeless && refresh->spec->stale_ok &&
        !os_try_stat(OS_CWD, place.current.ptr, OS_FOLLOW, &stat)) {
        refresh->out->unchecked = true;
        return NULL;
    }
    TRY(list_files(refresh));
    Fail fail = homeless ? make_temporary(refresh, homeless) : refresh_in_place(refresh, &place);
    os_close(&place.lock);
    os_close(&place.dir);
    count_files(refresh, refresh->out);
    return fail;
}

// What the index of the workspace knows of commits, if there is one.
static Fail open_commits(Refresh *refresh)
{
    Store *store;
    Ctx *cx = refresh->cx;
    OpenedSpec spec = {.cache_dir = refresh->env->policy->index.directory,
                       .root = refresh->spec->workspace->root};
    if (opened_store(cx, &spec, &store)) return NULL; // there is no place for one
    Fail fail = git_last_open(cx, store_folder(store), &refresh->commits);
    store_close(store);
    if (!refresh->commits) return fail;
    GitLastInfo info = git_last_info(refresh->commits);
    refresh->commit = str_format(cx->arena, STR_FMT " %llu", STR_ARG(info.head.commit),
                                 (unsigned long long)info.read);
    return NULL;
}

static Str made_by_code(Arena *arena)
{
    return str_format(arena, "cq %s tables %d docs %d ", CQ_VERSION, TABLES_VERSION, DOC_VERSION);
}

static Str made_by_model(Arena *arena, const Embedder *embedder)
{
    Digest embedding = {0};
    if (embedder) embedding = embed_fingerprint(embedder);
    return str_format(arena, " embedding " STR_FMT,
                      STR_ARG(str_sub(digest_hex(arena, &embedding), 0, 16)));
}

static Str made_by(Arena *arena, const Refresh *refresh)
{
    return str_format(arena, STR_FMT "most %llu" STR_FMT, STR_ARG(made_by_code(arena)),
                      (unsigned long long)refresh->spec->max_file_bytes,
                      STR_ARG(made_by_model(arena, refresh->embedder)));
}

Fail tables_about(Ctx *cx, const Env *env, const DuckLib *lib, const Workspace *workspace,
                  const Embedder *embedder, TablesAbout *out)
{
    Place place;
    DuckDb db = {0};
    Before before = {.arena = cx->arena};
    DuckOpen how = {.read_only = true,
                    .memory_bytes = (uint64_t)env->policy->sql.memory_limit_bytes,
                    .threads = 1};
    *out = (TablesAbout){0};
    TRY(find_place(cx, env, workspace, &place));
    how.path = place.current.ptr;
    TRY(duck_open(cx, lib, &how, &db));
    Fail fail = read_table(cx, &db, STR("SELECT key, value FROM meta"), take_meta, &before);
    duck_close(&db);
    TRY(fail);
    out->same_code = str_starts(before.made_by, made_by_code(cx->arena));
    out->same_model = str_ends(before.made_by, made_by_model(cx->arena, embedder));
    out->dims = before.dims;
    return NULL;
}

Fail tables_refresh(Ctx *cx, const Env *env, const TablesSpec *spec, Tables *out)
{
    *out = (Tables){0};
    Refresh refresh = {.cx = cx, .env = env, .spec = spec, .out = out};
    HttpClient *http = http_new();
    if (env->policy->embed.backend != EMBED_NONE)
        refresh.embedder = embed_open(&env->policy->embed, http);
    refresh.made_by = made_by(cx->arena, &refresh);
    Fail fail = open_commits(&refresh);
    if (!fail) fail = run(&refresh);
    git_last_close(refresh.commits);
    embed_free(refresh.embedder);
    http_free(http);
    return fail;
}

void tables_close(Ctx *cx, Tables *tables)
{
    OsFile dir = OS_FILE_NONE;
    Fail ignored;
    if (!tables->temporary.len) return;
    ignored = os_open(cx, OS_CWD, tables->temporary.ptr, OS_NOFOLLOW, &dir);
    if (!ignored) {
        ignored = os_remove(cx, dir, CURRENT);
        remove_left(cx, dir);
        os_close(&dir);
        ignored = os_remove_dir(cx, OS_CWD, tables->temporary.ptr);
    }
    (void)ignored; // what cannot be removed stays for whoever cleans that folder
    tables->temporary = STR_NONE;
}
