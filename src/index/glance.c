// index/glance.c
//
// DESIGN. Tasks of LOOK_BATCH folders, then tasks of LOOK_BATCH files, queued by glance_begin; each
// writes what is its own (a LookRun, `seen` marks, its slot's arena) and the counter `differs`, on
// which those that come later do nothing. glance_begin reads the key itself meanwhile. glance_end
// waits, and helps: a glance that was begun must be ended.
#include "index/glance.h"

#include "index/freshness_.h"
#include "index/ignore.h"

typedef struct Piece { // what one task looks at
    Glance *glance;
    size_t number;
} Piece;

struct Glance {
    Look look;
    Freshness fresh;
    Group group;
    size_t slots;
    Counter differs; // folders that are another list, or damaged rows
    Piece *pieces;
    size_t folder_pieces, file_pieces;
};

// --- folders ---

static bool same_rules(Ctx *cx, const Glance *glance, const FolderRow *row, Str path)
{
    OsFile dir = glance->look.spec->workspace->dir;
    Str texts[2] = {STR_NONE, STR_NONE};
    const char *names[] = {".gitignore", ".ignore"};
    for (int i = 0; i < 2; i++) {
        if (!(row->rules & (i ? FOLDER_PLAIN_RULES : FOLDER_GIT_RULES))) continue;
        const char *between = path.len ? "/" : "";
        Str name = str_format(cx->arena, STR_FMT "%s%s", STR_ARG(path), between, names[i]);
        if (ignore_read(cx, dir, name.ptr, OS_NOFOLLOW, &texts[i])) return false;
    }
    return ignore_sum(texts[0], texts[1]) == row->rules_sum;
}

static bool lists_the_same(Ctx *cx, const Glance *glance, Str path, Str names)
{
    OsFile dir = OS_FILE_NONE;
    Buf listing = buf_on(cx->arena);
    const char *name = path.len ? path.ptr : ".";
    int error = os_try_open(glance->look.spec->workspace->dir, name, OS_NOFOLLOW, &dir);
    if (!error) error = os_try_list(dir, &listing);
    bool same = !error && listing_same(cx->arena, listing_pack(cx->arena, dir, &listing), names);
    os_close(&dir);
    return same;
}

static bool is_same_folder(Glance *glance, const LookFrom *from, const FolderRow *row)
{
    const FreshnessSpec *spec = glance->look.spec;
    OsStat now;
    Str path, names;
    if (!foldertable_read(spec->folders, row, &path, &names) || path.len < from->skip) return false;
    const char *name = path.len ? path.ptr + from->skip : ".";
    if (os_try_stat(from->dir, name, OS_NOFOLLOW, &now) || now.type != OS_DIR) return false;
    bool listed = foldertable_names(spec->folders, row, &now, &names);
    if (listed && !row->rules) return true;
    Arena arena = {0};
    Ctx cx = ctx_child(glance->look.cx, &arena);
    bool same = listed || lists_the_same(&cx, glance, path, names);
    same = same && (!row->rules || same_rules(&cx, glance, row, path));
    arena_fini(&arena);
    return same;
}

static const FolderRow *row_at(const FolderTable *folders, size_t place)
{
    uint32_t row = folders->order[place];
    return &folders->rows[row < folders->count ? row : 0]; // damage is told of at the end
}

static LookFrom above(const Glance *glance, size_t first, size_t last)
{
    const FreshnessSpec *spec = glance->look.spec;
    Str paths[2], names;
    bool read = foldertable_read(spec->folders, row_at(spec->folders, first), &paths[0], &names) &&
                foldertable_read(spec->folders, row_at(spec->folders, last), &paths[1], &names);
    if (!read) return (LookFrom){.dir = spec->workspace->dir};
    return look_from(spec->workspace->dir, paths[0], paths[1]);
}

static void look_at_folders(void *arg, int slot)
{
    (void)slot;
    const Piece *piece = arg;
    Glance *glance = piece->glance;
    const FolderTable *folders = glance->look.spec->folders;
    size_t from = piece->number * LOOK_BATCH, to = MIN(from + LOOK_BATCH, folders->count);
    LookFrom where = above(glance, from, to - 1);
    for (size_t i = from; i < to && !counter_get(&glance->differs); i++)
        if (!is_same_folder(glance, &where, row_at(folders, i))) counter_add(&glance->differs, 1);
    look_leave(&where);
}

// --- files ---

static void look_at_files(void *arg, int slot)
{
    const Piece *piece = arg;
    Glance *glance = piece->glance;
    const Look *look = &glance->look;
    size_t from = piece->number * LOOK_BATCH, to = MIN(from + LOOK_BATCH, look->table->count);
    LookRun *run = &look->runs[piece->number];
    const UniverseFile *files = look->universe->files;
    LookFrom where = look_from(look->spec->workspace->dir, files[from].path, files[to - 1].path);
    for (size_t i = from; i < to && !counter_get(&glance->differs); i++)
        look_at_file(look, &where, files[i].path, (uint32_t)i, run, &look->arenas[slot]);
    look_leave(&where);
}

// --- the whole ---

static size_t in_pieces(size_t count)
{
    return (count + LOOK_BATCH - 1) / LOOK_BATCH;
}

static void list_known(Ctx *cx, const FileTable *table, Universe *out)
{
    UniverseFile *files = arena_alloc_raw(cx->arena, table->count * sizeof *files);
    for (size_t i = 0; i < table->count; i++)
        files[i] = (UniverseFile){.path = filetable_path(table, i)};
    *out = (Universe){.files = files, .count = table->count};
}

static void submit(Glance *glance)
{
    size_t folders = glance->folder_pieces;
    for (size_t i = 0; i < folders + glance->file_pieces; i++) {
        glance->pieces[i] = (Piece){glance, i < folders ? i : i - folders};
        group_submit(&glance->group, 0, i < folders ? look_at_folders : look_at_files,
                     &glance->pieces[i]);
    }
}

static Glance *glance_new(Ctx *cx, const FreshnessSpec *spec)
{
    Glance *glance = ARENA_NEW(cx->arena, Glance);
    Look *look = &glance->look;
    glance->fresh.looked_ns = os_wall_ns();
    glance->slots = (size_t)pool_slots(spec->pool);
    list_known(cx, spec->table, &glance->fresh.universe);
    glance->folder_pieces = in_pieces(spec->folders->count);
    glance->file_pieces = in_pieces(spec->table->count);
    *look = (Look){.cx = cx,
                   .spec = spec,
                   .table = spec->table,
                   .universe = &glance->fresh.universe,
                   .runs = ARENA_ARRAY(cx->arena, LookRun, glance->file_pieces),
                   .seen = ARENA_ARRAY(cx->arena, bool, spec->table->count),
                   .vouched = ARENA_ARRAY(cx->arena, bool, spec->table->count),
                   .arenas = ARENA_ARRAY(cx->arena, Arena, glance->slots)};
    glance->pieces = ARENA_ARRAY(cx->arena, Piece, glance->folder_pieces + glance->file_pieces);
    group_init(&glance->group, spec->pool, cx);
    return glance;
}

Glance *glance_begin(Ctx *cx, const FreshnessSpec *spec)
{
    const FolderTable *folders = spec->folders;
    Hash128 key;
    if (!spec->table || !folders || !folders->key || !folders->order) return NULL;
    Glance *glance = glance_new(cx, spec);
    submit(glance);
    bool same = universe_list_key(cx, spec->workspace, &key) && key.low == folders->key->low &&
                key.high == folders->key->high;
    if (!same) counter_add(&glance->differs, 1);
    return glance;
}

bool glance_differs(const Glance *glance)
{
    return !glance || counter_get(&glance->differs);
}

Fail glance_end(Ctx *cx, Glance *glance, bool *same, Freshness *out)
{
    *same = false;
    if (!glance) return NULL;
    const Look *look = &glance->look;
    group_wait(&glance->group);
    for (size_t i = 0; i < glance->slots; i++) arena_adopt(cx->arena, &look->arenas[i]);
    TRY(ctx_check(cx));
    if (counter_get(&glance->group.dropped) || glance_differs(glance)) return NULL;
    look_collect(cx, look, glance->file_pieces, &glance->fresh);
    TRY(segment_intact(cx, look->table->segment));
    *same = !glance->fresh.counts[FILE_DELETED];
    *out = glance->fresh;
    return NULL;
}

void glance_drop(Glance *glance)
{
    if (!glance) return;
    counter_add(&glance->differs, 1);
    group_wait(&glance->group);
    for (size_t i = 0; i < glance->slots; i++) arena_fini(&glance->look.arenas[i]);
}
