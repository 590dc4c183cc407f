// resolve/edge_store.c
#include "resolve/edge_store.h"

#include <stdlib.h>

#include "base/hash.h"
#include "index/varint.h"
#include "lang/wire.h"
#include "resolve/edge_site.h"
#include "resolve/kin.h"
#include "resolve/value.h"

typedef struct Head { // EDGES_HEAD
    uint32_t version, files;
    Hash128 world;
} Head;

// --- keys ---

typedef struct KeyParts {
    uint64_t around;
    uint64_t name;
    uint32_t kind, ordinal;
} KeyParts;

// How many definitions of the same name and kind stand before it in the same place.
static uint32_t ordinal_of(const WorldFile *file, uint32_t def)
{
    const Def *own = &file->facts.defs[def];
    uint32_t ordinal = 0;
    for (uint32_t i = world_first_def(file, own->name); i < def; i = world_next_def(file, i))
        ordinal +=
            file->facts.defs[i].parent == own->parent && file->facts.defs[i].kind == own->kind;
    return ordinal;
}

static uint64_t hash_of(Str bytes)
{
    return hash_128(bytes.ptr, bytes.len, 0).low;
}

// `known`: by definition, what was found; NULL: is not kept.
static uint64_t key_of(const WorldFile *file, uint64_t *known, int32_t def)
{
    if (def < 0) return hash_of(file->path);
    if (known && known[def]) return known[def];
    const Def *own = &file->facts.defs[def];
    KeyParts parts = {.around = key_of(file, known, own->parent),
                      .name = hash_of(own->name),
                      .kind = own->kind,
                      .ordinal = ordinal_of(file, (uint32_t)def)};
    uint64_t key = hash_of((Str){(const char *)&parts, sizeof parts});
    if (known) known[def] = key;
    return key;
}

uint64_t edge_key(Resolver *r, DefRef def)
{
    WorldFile *file = world_brief(r->world, def.file);
    if (!file) return 0;
    if (!file->named) return key_of(file, NULL, (int32_t)def.def);
    FileWork *work = file_work(r, file);
    if (!work->keys) work->keys = ARENA_ARRAY(r->arena, uint64_t, file->facts.def_count);
    return key_of(file, work->keys, (int32_t)def.def);
}

uint64_t edge_name_key(LangId lang, Str name)
{
    return hash_of(name) * 31 + (uint64_t)resolve_family(lang);
}

uint64_t edge_derived_key(Resolver *r, DefRef type)
{
    uint64_t key = edge_key(r, type);
    return hash_of((Str){(const char *)&key, sizeof key});
}

// --- making ---

enum { ROW_FILE = 1, ROW_WAY = 2, ROW_NUMBER = 4 }; // the first number of an edge

typedef struct Row {
    uint64_t key;
    uint32_t file, expr, start, others;
    uint32_t told, told_len; // in Making.told
    uint8_t kind, certainty, reason, role, flags;
} Row;

typedef struct Making {
    Resolver *r;
    Arena scratch;
    Row *rows; // on the heap: an arena would keep every size that they had
    size_t row_count, row_cap;
    VEC(EdgeWay) ways;
    Map way_numbers;
    uint32_t way; // of the last row
    Buf told;
} Making;

static void add_row(Making *m, uint64_t key, const Row *model)
{
    if (m->row_count == m->row_cap) {
        m->row_cap = MAX(m->row_cap + m->row_cap / 2, (size_t)4096);
        m->rows = mem_resize(m->rows, m->row_cap * sizeof *m->rows);
    }
    Row *row = &m->rows[m->row_count++];
    *row = *model;
    row->key = key;
}

static void add_targets(Making *m, const Resolved *to, Row *model)
{
    model->certainty = (uint8_t)to->certainty;
    model->reason = (uint8_t)to->reason;
    model->others = to->count ? to->count - 1 : 0;
    for (uint32_t i = 0; i < to->count; i++) add_row(m, edge_key(m->r, to->targets[i]), model);
}

static Row row_of(Making *m, TellSites *sites, uint32_t number, uint32_t expr, EdgeKind kind)
{
    const Names *names = &sites->file->names;
    bool import = kind == EDGE_IMPORT;
    Row row = {.file = number,
               .expr = expr,
               .start = import ? names->imports[expr].span.start : names->exprs[expr].span.start,
               .told = (uint32_t)m->told.len,
               .kind = (uint8_t)kind,
               .role = import ? 0 : names->exprs[expr].role & EDGE_ROLES};
    row.flags = tell_site(sites, expr, kind, &m->told);
    row.told_len = (uint32_t)m->told.len - row.told;
    return row;
}

static void add_file(Making *m, WorldFile *file, uint32_t number)
{
    TellSites sites = tell_sites(&m->scratch, file);
    for (uint32_t i = 0; i < file->names.expr_count; i++) {
        const NameExpr *use = &file->names.exprs[i];
        if (use->op != EXPR_NAME && use->op != EXPR_MEMBER) continue;
        Resolved to;
        resolve_use(m->r, file, i, &to);
        if (!to.count && to.certainty != CERTAINTY_NAME_ONLY) continue;
        Row row = row_of(m, &sites, number, i, edge_kind_of(use));
        add_targets(m, &to, &row);
        if (to.certainty == CERTAINTY_NAME_ONLY)
            add_row(m, edge_name_key(file->lang, names_text(use, file->text)), &row);
    }
    for (uint32_t i = 0; i < file->names.binding_count; i++) {
        const NameBinding *binding = &file->names.bindings[i];
        if (binding->kind != BIND_IMPORT || !binding->target) continue;
        Resolved to;
        resolve_import(m->r, file, i, &to);
        if (!to.count) continue;
        Row row = row_of(m, &sites, number, binding->target - 1, EDGE_IMPORT);
        add_targets(m, &to, &row);
    }
}

// The definitions of the file that are derived from something.
static void add_derived(Making *m, WorldFile *file, uint32_t number)
{
    for (uint32_t i = 0; i < file->names.note_count; i++) {
        const NameNote *note = &file->names.notes[i];
        if (!kin_is_base(note)) continue;
        Row row = {.file = number, .expr = note->def - 1, .kind = EDGE_BASE};
        row.others = file_note(m->r, file, row.expr, NOTE_RECEIVER) != NULL;
        Values values = evaluate(m->r, file, note->expr);
        for (uint32_t k = 0; k < values.count; k++) {
            if (values.items[k].kind != VALUE_DEF) continue;
            DefRef type = resolve_canonical(m->r, values.items[k].ref);
            add_row(m, edge_derived_key(m->r, type), &row);
        }
    }
}

static int compare_rows(const void *left, const void *right)
{
    const Row *a = left, *b = right;
    if (a->key != b->key) return a->key < b->key ? -1 : 1;
    if (a->file != b->file) return a->file < b->file ? -1 : 1;
    if (a->expr != b->expr) return a->expr < b->expr ? -1 : 1;
    return (a->kind > b->kind) - (a->kind < b->kind);
}

// Where a way stands among those so far.
static uint32_t way_of(Making *m, const Row *row)
{
    EdgeWay way = {.kind = row->kind,
                   .certainty = row->certainty,
                   .reason = row->reason,
                   .role = row->role,
                   .flags = row->flags,
                   .others = row->others};
    Str key = {(const char *)&way, sizeof way};
    uint64_t number;
    if (map_get(&m->way_numbers, key, &number)) return (uint32_t)number;
    VEC_PUSH(&m->scratch, &m->ways, way);
    map_put(&m->scratch, &m->way_numbers, str_copy(&m->scratch, key), m->ways.len - 1);
    return (uint32_t)m->ways.len - 1;
}

// `before`: in the same list, or NULL.
static void put_row(Making *m, Buf *out, const Row *row, const Row *before)
{
    uint32_t way = way_of(m, row), head = 0;
    uint32_t files = row->file - (before ? before->file : 0);
    if (!before || files) head |= ROW_FILE;
    if (!before || way != m->way) head |= ROW_WAY;
    head |= (head & ROW_FILE ? files : row->expr - before->expr) * ROW_NUMBER;
    varint_add(out, head);
    if (head & ROW_FILE) varint_add(out, row->expr);
    if (head & ROW_WAY) varint_add(out, way);
    int64_t begin = head & ROW_FILE ? 0 : before->start;
    varint_add(out, (uint32_t)wire_zigzag(row->start - begin));
    buf_add(out, (Str){m->told.ptr + row->told, row->told_len});
    m->way = way;
}

static uint32_t count_keys(const Making *m)
{
    uint32_t keys = 0;
    for (size_t i = 0; i < m->row_count; i++) keys += !i || m->rows[i].key != m->rows[i - 1].key;
    return keys;
}

static void pack(Making *m, Arena *arena, const Head *head, SegmentSection out[EDGES_SECTIONS])
{
    size_t count = m->row_count, keys = 0;
    if (count) qsort(m->rows, count, sizeof(Row), compare_rows);
    uint32_t lists = count_keys(m);
    uint64_t *key = ARENA_ARRAY(arena, uint64_t, lists);
    ListsBuilder builder = lists_builder(arena, lists, 0);
    for (size_t i = 0; i < count; i++) {
        const Row *row = &m->rows[i];
        bool first = !i || row[-1].key != row->key;
        if (first && i) lists_end(&builder);
        if (first) key[keys++] = row->key;
        put_row(m, &builder.group, row, first ? NULL : row - 1);
    }
    if (count) lists_end(&builder);
    lists_finish(&builder);
    Head *own = ARENA_NEW(arena, Head);
    *own = *head;
    Str ways = {(const char *)m->ways.items, m->ways.len * sizeof(EdgeWay)};
    out[0] = (SegmentSection){EDGES_HEAD, {(const char *)own, sizeof *own}};
    out[1] = (SegmentSection){EDGES_KEYS, {(const char *)key, keys * sizeof *key}};
    out[2] = (SegmentSection){
        EDGES_STARTS, {(const char *)builder.starts, lists_starts(lists) * sizeof(uint32_t)}};
    out[3] = (SegmentSection){EDGES_BYTES, buf_str(&builder.bytes)};
    out[4] = (SegmentSection){EDGES_WAYS, str_copy(arena, ways)};
}

Fail edge_store_make(Ctx *cx, Resolver *resolver, uint32_t first, uint32_t files,
                     SegmentSection out[EDGES_SECTIONS])
{
    Making m = {.r = resolver};
    m.told = buf_on(&m.scratch);
    Head head = {.version = EDGES_VERSION, .files = files, .world = world_digest(resolver->world)};
    Fail fail = NULL;
    for (uint32_t i = 0; i < files && !fail; i++) {
        WorldFile *file = world_file(resolver->world, first + i);
        if (file) add_file(&m, file, i);
        if (file) add_derived(&m, file, i);
        fail = ctx_check(cx);
    }
    if (!fail) pack(&m, cx->arena, &head, out);
    mem_free(m.rows);
    arena_fini(&m.scratch);
    return fail;
}

// --- reading ---

static bool is_way(const EdgeWay *way)
{
    return way->kind < EDGE_KINDS && way->certainty < CERTAINTIES && way->reason < REASONS;
}

bool edge_store_open(const Segment *segment, EdgeStore *out)
{
    *out = (EdgeStore){.segment = segment};
    if (!segment) return false;
    Head head;
    Str bytes = segment_section(segment, EDGES_HEAD);
    if (bytes.len != sizeof head) return false;
    memcpy(&head, bytes.ptr, sizeof head);
    if (head.version != EDGES_VERSION) return false;
    Str keys = segment_section(segment, EDGES_KEYS), ways = segment_section(segment, EDGES_WAYS);
    uint32_t count = (uint32_t)(keys.len / sizeof(uint64_t));
    if (keys.len % sizeof(uint64_t) || ways.len % sizeof(EdgeWay)) return false;
    if (segment_section_bytes(segment, EDGES_STARTS) != lists_starts(count) * sizeof(uint32_t))
        return false;
    out->world = head.world;
    out->files = head.files;
    out->keys = (const uint64_t *)(const void *)keys.ptr;
    out->ways = (const EdgeWay *)(const void *)ways.ptr;
    out->way_count = (uint32_t)(ways.len / sizeof(EdgeWay));
    out->lists = (Lists){
        .segment = segment,
        .starts = (const uint32_t *)(const void *)segment_unchecked(segment, EDGES_STARTS).ptr,
        .count = count,
        .bytes = segment_unchecked(segment, EDGES_BYTES)};
    for (uint32_t i = 0; i < out->way_count; i++)
        if (!is_way(&out->ways[i])) return false;
    return true;
}

EdgeList edge_store_find(const EdgeStore *store, uint64_t key)
{
    uint32_t low = 0, high = store->lists.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (store->keys[middle] < key) low = middle + 1;
        else high = middle;
    }
    EdgeList list = {.store = store};
    if (low == store->lists.count || store->keys[low] != key) return list;
    Str bytes = lists_get(&store->lists, low);
    list.at = (const uint8_t *)bytes.ptr;
    list.end = list.at + bytes.len;
    return list;
}

bool edge_list_next(EdgeList *list)
{
    if (list->at >= list->end) return false;
    uint32_t head = varint_get(&list->at, list->end), number = head / ROW_NUMBER;
    if (head & ROW_FILE) {
        list->edge.file += number;
        list->edge.expr = varint_get(&list->at, list->end);
    } else {
        list->edge.expr += number;
    }
    if (head & ROW_WAY) list->way = varint_get(&list->at, list->end);
    if (head & ROW_FILE) list->edge.start = 0;
    list->edge.start += (uint32_t)wire_unzigzag(varint_get(&list->at, list->end));
    if (list->edge.file >= list->store->files || list->way >= list->store->way_count) return false;
    const EdgeWay *way = &list->store->ways[list->way];
    list->edge.kind = (EdgeKind)way->kind;
    list->edge.certainty = (Certainty)way->certainty;
    list->edge.reason = (Reason)way->reason;
    list->edge.others = way->others;
    told_site(way->flags, &list->at, list->end, &list->edge.told);
    list->edge.told.role = way->role;
    return true;
}
