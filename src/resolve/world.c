// resolve/world.c - files, and loading them.
//
// A file's text is read when the file is first asked for. What is stored of it says which text it
// is of: when that is another one, or nothing is stored, the text is parsed here.
#include <stdlib.h>

#include "base/log.h"
#include "resolve/world_.h"

typedef struct WorldMark {
    Arena *arena;
    uint32_t line, start;       // of the line that was asked for last
    Map defs;                   // name -> its first definition, once one was asked for
    const uint32_t *next_named; // by definition: the next one of that name, or WORLD_NONE
} WorldMark;

// --- where things lie ---

// The files of view->delta that were taken, from *next on, as the files of a part.
static const HarvestFile **take_harvest(Ctx *cx, const RefreshView *view, uint32_t files,
                                        size_t *next)
{
    const HarvestFile **out = ARENA_ARRAY(cx->arena, const HarvestFile *, (size_t)files + 1);
    for (uint32_t i = 0; i < files && *next < view->delta.count; (*next)++)
        if (view->delta.files[*next].taken) out[i++] = &view->delta.files[*next];
    return out;
}

// What cannot be opened is as if it was not there; segment_intact tells of damage.
static void open_part(Ctx *cx, const RefreshView *view, size_t index, WorldPart *part, size_t *next)
{
    const Segment *segment = view->parts[index].segment;
    if (!segment) {
        part->harvest = take_harvest(cx, view, part->in->lexicon->head->files, next);
        return;
    }
    Fail briefs = factstore_open(cx, segment, FACTS_BRIEFS, &part->briefs);
    Fail names = namestore_open(cx, segment, &part->names);
    if (briefs || names)
        log_event(cx, LOG_WARN, "world.part", LOG_STR("why", (briefs ? briefs : names)->detail));
}

World *world_new(Ctx *cx, const Workspace *workspace, const RefreshView *view, const Corpus *corpus,
                 const Grammars *grammars)
{
    World *world = ARENA_NEW(cx->arena, World);
    size_t next = 0;
    *world = (World){.cx = cx,
                     .workspace = workspace,
                     .view = view,
                     .corpus = corpus,
                     .grammars = grammars,
                     .parts = ARENA_ARRAY(cx->arena, WorldPart, corpus->part_count),
                     .files = ARENA_ARRAY(cx->arena, WorldFile *, (size_t)corpus->files + 1)};
    for (size_t i = 0; i < corpus->part_count; i++) {
        world->parts[i].in = &corpus->parts[i];
        if (i < view->part_count) open_part(cx, view, i, &world->parts[i], &next);
    }
    return world;
}

void world_free(World *world)
{
    if (!world) return;
    parser_free(world->parser);
    world->parser = NULL;
}

static Str stored_names(const WorldPart *part, uint32_t local)
{
    if (!part->harvest) return factstore_get(&part->names.names, local);
    return part->harvest[local] ? part->harvest[local]->facts.names : STR_NONE;
}

static Str stored_brief(const WorldPart *part, uint32_t local)
{
    if (!part->harvest) return factstore_get(&part->briefs, local);
    return part->harvest[local] ? part->harvest[local]->facts.brief : STR_NONE;
}

// --- files ---

uint32_t world_file_count(const World *world)
{
    return world->corpus->files;
}

bool world_is_live(const World *world, uint32_t file)
{
    if (file >= world->corpus->files) return false;
    const CorpusPart *part = corpus_part_of_file(world->corpus, file);
    return !corpus_is_dead(part, file - part->first_file);
}

Str world_path(const World *world, uint32_t file)
{
    return corpus_path(world->corpus, file);
}

LangId world_lang(const World *world, uint32_t file)
{
    return (LangId)corpus_file(world->corpus, file)->lang;
}

size_t world_lost(const World *world)
{
    return world->lost;
}

size_t world_parsed(const World *world)
{
    return world->parsed;
}

// Its text as the index sees it, without a mark of byte order.
static bool read_text(World *world, Str path, Str *out)
{
    Ctx *cx = world->cx;
    OsFile file = OS_FILE_NONE;
    OsStat info;
    if (os_try_open(world->workspace->dir, str_cstr(cx->arena, path), OS_NOFOLLOW, &file))
        return false;
    Fail fail = os_fstat(cx, file, &info);
    bool ok = !fail && info.type == OS_REGULAR && info.size_bytes <= FACTS_LARGEST_FILE;
    if (ok) {
        size_t cap = (size_t)info.size_bytes + 1, got = 0; // one more: it may grow
        char *bytes = arena_alloc_raw(cx->arena, cap + 1);
        ok = !os_try_read(file, bytes, cap, true, &got) && got < cap;
        bytes[ok ? got : 0] = 0;
        *out = (Str){bytes, got};
    }
    os_close(&file);
    if (ok && str_starts(*out, STR("\xEF\xBB\xBF"))) *out = str_sub(*out, 3, out->len);
    return ok;
}

Str world_text(World *world, uint32_t file)
{
    Str text;
    bool ok = world_is_live(world, file) && read_text(world, world_path(world, file), &text);
    return ok ? text : STR("");
}

// --- loading ---

static bool take_brief(World *world, WorldFile *file)
{
    uint32_t local;
    const WorldPart *part = world_part(world, file->number, &local);
    Str brief = stored_brief(part, local);
    Brief known;
    if (!brief.len || !stored_names(part, local).len ||
        !brief_decode_defs(world->cx->arena, brief, file->lang, file->text, &known))
        return false;
    file->facts = known.facts;
    file->signatures = known.signatures;
    file->stored = !part->harvest;
    return true;
}

static bool take_names(World *world, WorldFile *file)
{
    uint32_t local;
    const WorldPart *part = world_part(world, file->number, &local);
    NamesKept kept;
    if (!names_decode(world->cx->arena, stored_names(part, local), file->text, &file->facts, &kept))
        return false;
    file->names = kept.names;
    file->calls = kept.calls;
    file->call_count = kept.call_count;
    return true;
}

static bool parse(World *world, WorldFile *file)
{
    Str text = file->text;
    if (memchr(text.ptr, 0, text.len) || !utf8_valid(text.ptr, text.len)) return false;
    if (!world->parser) world->parser = parser_new(world->grammars);
    if (names_extract(world->cx, world->parser, file->lang, text, &file->facts, &file->names))
        return false;
    file->calls = file->facts.calls;
    file->call_count = file->facts.call_count;
    file->signatures = NULL;
    file->stored = false;
    file->own = NULL; // of what was stored, and cannot be used
    *file->mark = (WorldMark){.arena = file->mark->arena, .line = 1};
    world->parsed++;
    return true;
}

typedef struct Named { // a binding
    Str name;
    uint32_t index;
} Named;

static int by_name(const void *a, const void *b)
{
    const Named *one = a, *two = b;
    int way = str_cmp(one->name, two->name);
    return way ? way : (one->index > two->index) - (one->index < two->index);
}

static void sort_named(Named *named, size_t count)
{
    enum { SHORT = 12 };
    if (count > SHORT) {
        qsort(named, count, sizeof *named, by_name);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        Named it = named[i];
        size_t at = i;
        for (; at && by_name(&named[at - 1], &it) > 0; at--) named[at] = named[at - 1];
        named[at] = it;
    }
}

static void order_bindings(Arena *arena, WorldFile *file)
{
    const Names *names = &file->names;
    Arena scratch = {0};
    uint32_t *starts = ARENA_ARRAY(arena, uint32_t, (size_t)names->scope_count + 1);
    uint32_t *bound = ARENA_ARRAY(arena, uint32_t, names->binding_count);
    uint32_t *next = ARENA_ARRAY(&scratch, uint32_t, names->scope_count);
    Named *named = ARENA_ARRAY(&scratch, Named, names->binding_count);
    for (uint32_t i = 0; i < names->binding_count; i++) starts[names->bindings[i].scope + 1]++;
    for (uint32_t i = 0; i < names->scope_count; i++) {
        starts[i + 1] += starts[i];
        next[i] = starts[i];
    }
    for (uint32_t i = 0; i < names->binding_count; i++)
        named[next[names->bindings[i].scope]++] = (Named){names->bindings[i].name, i};
    for (uint32_t i = 0; i < names->scope_count; i++)
        sort_named(named + starts[i], starts[i + 1] - starts[i]);
    for (uint32_t i = 0; i < names->binding_count; i++) bound[i] = named[i].index;
    file->bound_starts = starts;
    file->bound = bound;
    arena_fini(&scratch);
}

static void list_scopes(Arena *arena, WorldFile *file)
{
    uint32_t count = file->facts.def_count;
    uint32_t *scopes = ARENA_ARRAY(arena, uint32_t, count);
    for (uint32_t i = 0; i < count; i++) scopes[i] = WORLD_NONE;
    for (uint32_t i = file->names.scope_count; i-- > 0;)
        if (file->names.scopes[i].def) scopes[file->names.scopes[i].def - 1] = i;
    file->scope_of_def = scopes;
}

static void order_names(Arena *arena, WorldFile *file)
{
    order_bindings(arena, file);
    list_scopes(arena, file);
    file->named = true;
}

// NULL: it cannot be read or parsed.
static WorldFile *load(World *world, uint32_t number, LangId lang)
{
    WorldFile *file = ARENA_NEW(world->cx->arena, WorldFile);
    file->number = number;
    file->lang = lang;
    file->path = world_path(world, number);
    file->folder = path_folder(file->path);
    file->mark = ARENA_NEW(world->cx->arena, WorldMark);
    *file->mark = (WorldMark){.arena = world->cx->arena, .line = 1};
    if (!read_text(world, file->path, &file->text)) return NULL;
    if (take_brief(world, file)) return file;
    if (!parse(world, file)) return NULL;
    order_names(world->cx->arena, file);
    return file;
}

const WorldFile *world_loaded(const World *world, uint32_t number)
{
    const WorldFile *file = number < world->corpus->files ? world->files[number] : NULL;
    return file == &world->none ? NULL : file;
}

static WorldFile *keep(World *world, uint32_t number, WorldFile *file)
{
    world->lost += !file;
    world->files[number] = file ? file : &world->none;
    return file;
}

WorldFile *world_brief(World *world, uint32_t number)
{
    WorldFile *file = number < world->corpus->files ? world->files[number] : NULL;
    if (file) return file == &world->none ? NULL : file;
    if (!world_is_live(world, number)) return NULL;
    LangId lang = world_lang(world, number);
    return lang_has_names(lang) ? keep(world, number, load(world, number, lang)) : NULL;
}

bool world_is_as_stored(World *world, uint32_t number)
{
    if (!world->view->stale && !world->files[number]) return true;
    const WorldFile *file = world_brief(world, number);
    return file && file->stored;
}

WorldFile *world_file(World *world, uint32_t number)
{
    WorldFile *file = world_brief(world, number);
    if (!file || file->named) return file;
    if (!take_names(world, file) && !parse(world, file)) return keep(world, number, NULL);
    order_names(world->cx->arena, file);
    return file;
}

// --- parts ---

size_t world_spans(const World *world)
{
    return world->corpus->part_count;
}

WorldSpan world_span(const World *world, size_t index)
{
    const CorpusPart *part = &world->corpus->parts[index];
    const Opened *opened = world->view->opened;
    const Snapshot *snapshot = opened ? opened->snapshot : NULL;
    bool stored = snapshot && index < snapshot->part_count && world->view->parts[index].segment;
    return (WorldSpan){.first = part->first_file,
                       .files = part->lexicon->head->files,
                       .edges = stored ? snapshot->parts[index].attached[ATTACH_EDGES] : NULL};
}

// --- within a file ---

uint32_t world_bound(const WorldFile *file, uint32_t scope, Str name, uint32_t *end)
{
    uint32_t low = file->bound_starts[scope], high = file->bound_starts[scope + 1], last = high;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (str_cmp(file->names.bindings[file->bound[middle]].name, name) < 0) low = middle + 1;
        else high = middle;
    }
    uint32_t at = low;
    while (at < last && str_eq(file->names.bindings[file->bound[at]].name, name)) at++;
    *end = at;
    return low;
}

static void list_defs(WorldMark *mark, const Facts *facts)
{
    uint32_t *next = ARENA_ARRAY(mark->arena, uint32_t, (size_t)facts->def_count + 1);
    map_reserve(mark->arena, &mark->defs, facts->def_count);
    for (uint32_t i = facts->def_count; i-- > 0;) {
        uint64_t *first = map_at(mark->arena, &mark->defs, facts->defs[i].name, WORLD_NONE);
        next[i] = (uint32_t)*first;
        *first = i;
    }
    mark->next_named = next;
}

uint32_t world_first_def(const WorldFile *file, Str name)
{
    uint64_t first;
    if (!file->mark->next_named) list_defs(file->mark, &file->facts);
    return map_get(&file->mark->defs, name, &first) ? (uint32_t)first : WORLD_NONE;
}

uint32_t world_next_def(const WorldFile *file, uint32_t def)
{
    return file->mark->next_named[def];
}

// Uses are mostly asked for in order: lines are counted from the last one on.
void world_place(const WorldFile *file, uint32_t offset, uint32_t *line, uint32_t *col)
{
    struct {
        uint32_t line, start;
    } from = {file->mark->line, file->mark->start};
    if (offset < from.start) from.line = 1, from.start = 0;
    const char *at = file->text.ptr + from.start;
    const char *end = file->text.ptr + MIN(offset, file->text.len);
    for (const char *next; (next = memchr(at, '\n', (size_t)(end - at))); at = next + 1)
        from.line++;
    from.start = (uint32_t)(at - file->text.ptr);
    file->mark->line = from.line;
    file->mark->start = from.start;
    *line = from.line;
    *col = (uint32_t)(end - at);
}

Str world_qualified(World *world, const WorldFile *file, uint32_t def)
{
    Brief brief = {.facts = file->facts, .text = file->text};
    return brief_qualified(world->cx->arena, &brief, (int32_t)def);
}

Str world_signature(World *world, const WorldFile *file, uint32_t def)
{
    Brief brief = {.facts = file->facts, .text = file->text, .signatures = file->signatures};
    return brief_signature(world->cx->arena, &brief, (int32_t)def);
}
