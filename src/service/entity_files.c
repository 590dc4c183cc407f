// service/entity_files.c - the files that may hold what a query asks for, from the index.
//
// A file is left out when it cannot hold an answer: no definition of the kind or name, or a word
// that every answer has (the name of a call, of a decorator ...) stands nowhere in it.
#include <stdlib.h>

#include "base/map.h"
#include "service/entity_.h"
#include "service/search.h"

// --- selection ---

static Fail make_filter(Entity *entity)
{
    const EntityQuery *query = entity->query;
    Arena *arena = entity->cx->arena;
    VEC(Str) globs = {0};
    Str slash = STR("/");
    for (size_t i = 0; i < query->globs.count; i++) VEC_PUSH(arena, &globs, query->globs.items[i]);
    for (size_t i = 0; i < query->exclude.count; i++) {
        Str glob = query->exclude.items[i];
        if (str_starts(glob, STR("./"))) glob = str_sub(glob, 2, glob.len);
        if (glob.len > 1 && str_ends(glob, slash)) glob = str_sub(glob, 0, glob.len - 1);
        VEC_PUSH(arena, &globs, str_format(arena, "!" STR_FMT, STR_ARG(glob)));
    }
    Selection selection = {.globs = globs.items, .glob_count = globs.len};
    Fail fail = filter_init(entity->cx, &selection, &entity->filter);
    if (!fail) return NULL;
    EntityKey key = query->globs.count ? KEY_globs : KEY_exclude;
    return entity_query_bad(arena, query->words, key, STR_FMT, STR_ARG(fail->detail));
}

Fail entity_choose_places(Entity *entity)
{
    const EntityQuery *query = entity->query;
    Selection in = {.in = query->in.items, .in_count = query->in.count};
    TRY(make_filter(entity));
    if (!in.in_count) return NULL;
    TRY(env_places(entity->cx, entity->env, &in));
    return select_targets(entity->cx, &entity->workspace, &in, &entity->targets,
                          &entity->target_count);
}

static bool lies_in(const Entity *entity, Str path)
{
    for (size_t i = 0; i < entity->target_count; i++) {
        Str at = entity->targets[i].path;
        if (!at.len || str_eq(path, at)) return true;
        if (str_starts(path, at) && path.ptr[at.len] == '/') return true;
    }
    return !entity->target_count;
}

// As the universe decides it: folder by folder on the way down.
static bool globs_take(const Filter *filter, Str path)
{
    bool taken = !filter->any_plain;
    size_t start = 0;
    if (!filter->globs.len) return true;
    for (size_t i = 0; i < path.len; i++) {
        if (path.ptr[i] != '/') continue;
        if (!filter_folder(filter, str_sub(path, 0, i), str_sub(path, start, i), &taken))
            return false;
        start = i + 1;
    }
    return filter_file(filter, taken, path, str_sub(path, start, path.len));
}

static bool is_wanted(const Entity *entity, const Lexicon *lexicon, uint32_t file, LangId lang)
{
    const EntityQuery *query = entity->query;
    bool listed = !query->lang_count;
    for (size_t i = 0; i < query->lang_count; i++) listed = listed || lang == query->langs[i];
    if (lang == LANG_NONE || !listed) return false;
    if (!entity->target_count && !entity->filter.globs.len) return true;
    Str path = lexicon_path(lexicon, file);
    return lies_in(entity, path) && globs_take(&entity->filter, path);
}

// --- narrowing ---

typedef struct Narrow { // the files of one part that may hold an answer
    Arena *arena;
    const Lexicon *lexicon;
    uint64_t *bits; // NULL: all
    size_t words;
} Narrow;

static uint64_t *new_bits(const Narrow *narrow)
{
    return ARENA_ARRAY(narrow->arena, uint64_t, narrow->words + 1);
}

static void set_bit(uint64_t *bits, uint32_t at)
{
    bits[at / 64] |= 1ull << at % 64;
}

static void keep_only(Narrow *narrow, uint64_t *bits)
{
    if (narrow->bits)
        for (size_t i = 0; i < narrow->words; i++) bits[i] &= narrow->bits[i];
    narrow->bits = bits;
}

// Behind the last '.', ':' or '/': what stands in the text as a word of its own.
static Str last_part(Str name)
{
    size_t at = name.len;
    while (at && !strchr(".:/\\", name.ptr[at - 1])) at--;
    return str_sub(name, at, name.len);
}

// The index knows plain words; of others it cannot tell.
static bool is_plain_word(Str word)
{
    for (size_t i = 0; i < word.len; i++) {
        char c = word.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(i && c >= '0' && c <= '9')) return false;
    }
    return word.len > 2 && word.len <= 60;
}

static void need_word(Narrow *narrow, Str name)
{
    Str word = last_part(name);
    if (!is_plain_word(word)) return;
    uint64_t *bits = new_bits(narrow);
    uint32_t number = lexicon_name(narrow->lexicon, word);
    if (number != LEX_NONE) {
        LexNumbers files = lexicon_name_files(narrow->lexicon, number);
        while (lex_next_number(&files)) set_bit(bits, files.value);
    }
    keep_only(narrow, bits);
}

static void mark_defs_named(const Narrow *narrow, Str name, uint64_t *bits)
{
    uint32_t number = lexicon_name(narrow->lexicon, name);
    if (number == LEX_NONE) return;
    LexNumbers defs = lexicon_name_defs(narrow->lexicon, number);
    while (lex_next_number(&defs)) set_bit(bits, lex_def_file(narrow->lexicon, defs.value));
}

// Files with a definition of these kinds whose name passes a glob or regex.
static void mark_defs(const Narrow *narrow, const EntityQuery *query, uint32_t kinds,
                      uint64_t *bits)
{
    enum { UNKNOWN, NO, YES };
    const Lexicon *lexicon = narrow->lexicon;
    bool by_name = query->name.mode != NAME_ANY && !query->name.qualified;
    uint8_t *known = ARENA_ARRAY(narrow->arena, uint8_t, by_name ? lexicon->head->names : 0);
    Arena scratch = {0};
    Matcher *matcher = NULL;
    if (query->name.mode == NAME_REGEX) matcher = matcher_new(narrow->arena, query->name.regex);
    for (uint32_t file = 0; file < lexicon->head->files; file++) {
        const LexFile *row = lex_file(lexicon, file);
        LexDefs defs = lexicon_defs(lexicon, row->first_def, row->def_count);
        while (lex_next_def(&defs)) {
            if (defs.def.kind >= DEF_KINDS || !(kinds >> defs.def.kind & 1)) continue;
            if (by_name && defs.def.name >= lexicon->head->names) continue; // damaged
            uint8_t *state = by_name ? &known[defs.def.name] : NULL;
            if (state && *state == UNKNOWN) {
                Str name = lexicon_name_text(&scratch, lexicon, defs.def.name);
                *state = name_filter_takes(&query->name, matcher, name, name) ? YES : NO;
                if (scratch.total_bytes > 1 << 20) arena_reset(&scratch);
            }
            if (state && *state == NO) continue;
            set_bit(bits, file);
            break;
        }
    }
    arena_fini(&scratch);
}

static bool lists_definitions(EntityKind kind)
{
    return kind != ENTITY_CALLSITE && kind != ENTITY_IMPORT && kind != ENTITY_MODULE;
}

static void need_definitions(Narrow *narrow, const EntityQuery *query)
{
    uint64_t *bits = new_bits(narrow);
    const NameFilter *name = &query->name;
    if (name->mode == NAME_EXACT) {
        mark_defs_named(narrow, name->text, bits);
        if (name->qualified) mark_defs_named(narrow, last_part(name->text), bits);
    } else {
        mark_defs(narrow, query, entity_kind_mask(query->kind), bits);
    }
    keep_only(narrow, bits);
}

static void narrow_part(Narrow *narrow, const EntityQuery *query)
{
    bool exact = query->name.mode == NAME_EXACT;
    if (query->calls.len) need_word(narrow, query->calls);
    if (query->decorated_by.len) need_word(narrow, query->decorated_by);
    if (query->captures.len) need_word(narrow, query->captures);
    if (query->raises.name.len) need_word(narrow, query->raises.name);
    if (query->defines.name.len) need_word(narrow, query->defines.name);
    if (query->is_pattern) return;
    if (lists_definitions(query->kind)) need_definitions(narrow, query);
    else if (exact && query->kind != ENTITY_MODULE) need_word(narrow, query->name.text);
}

static bool may_hold(const Entity *entity, const Narrow *narrow, uint32_t file, LangId lang)
{
    if (!narrow->bits || narrow->bits[file / 64] >> file % 64 & 1) return true;
    if (entity->query->kind != ENTITY_TEST || entity->query->is_pattern) return false;
    return entity_calls_are_tests(lang, lexicon_path(narrow->lexicon, file));
}

// --- the list ---

static int by_path(const void *left, const void *right)
{
    const HarvestFile *const a = left, *const b = right;
    return str_cmp(a->path, b->path);
}

static Str stored_brief(const Entity *entity, size_t part, uint32_t file, Str path)
{
    const RefreshPart *of = &entity->view.parts[part];
    if (of->segment) return factstore_get(&entity->facts[part], file);
    const Harvest *delta = &entity->view.delta;
    HarvestFile wanted = {.path = path};
    const HarvestFile *found =
        bsearch(&wanted, delta->files, delta->count, sizeof *delta->files, by_path);
    return found ? found->facts.brief : STR_NONE;
}

static void list_part(Entity *entity, size_t number)
{
    Arena *arena = entity->cx->arena;
    const RefreshPart *part = &entity->view.parts[number];
    const Lexicon *lexicon = part->lexicon;
    Narrow narrow = {.arena = arena, .lexicon = lexicon};
    narrow.words = (lexicon->head->files + 63) / 64;
    narrow_part(&narrow, entity->query);
    for (uint32_t file = 0; file < lexicon->head->files; file++) {
        if (!(part->live[file / 64] >> file % 64 & 1)) continue;
        LangId lang = (LangId)lex_file(lexicon, file)->lang;
        if (lang >= LANG_COUNT || !is_wanted(entity, lexicon, file, lang)) continue;
        entity->selected_files++;
        if (!may_hold(entity, &narrow, file, lang)) continue;
        Str path = str_copy(arena, lexicon_path(lexicon, file));
        Candidate candidate = {.path = path,
                               .lang = lang,
                               .part = (uint32_t)number,
                               .ordinal = file,
                               .brief = stored_brief(entity, number, file, path),
                               .role = (int)role_of_path(path)};
        VEC_PUSH(arena, &entity->files, candidate);
    }
}

static int best_first(const void *left, const void *right)
{
    const Candidate *a = left, *b = right;
    return a->role != b->role ? (a->role < b->role ? -1 : 1) : str_cmp(a->path, b->path);
}

static Str folder_of(Str path)
{
    size_t slash = str_find_last(path, '/');
    return slash < path.len ? str_sub(path, 0, slash) : STR("");
}

static void find_leaders(Entity *entity)
{
    Map seen = {0};
    for (size_t i = 0; i < entity->files.len; i++) {
        Candidate *file = &entity->files.items[i];
        Str folder = str_format(entity->cx->arena, "%s " STR_FMT, lang_name(file->lang),
                                STR_ARG(folder_of(file->path)));
        if (!entity_lang_has_packages(file->lang)) continue;
        file->leads = !map_get(&seen, folder, NULL);
        map_put(entity->cx->arena, &seen, folder, 1);
    }
}

Fail entity_list_files(Entity *entity)
{
    size_t parts = entity->view.part_count;
    FactStore *facts = ARENA_ARRAY(entity->cx->arena, FactStore, parts);
    entity->facts = facts;
    for (size_t i = 0; i < parts; i++)
        if (entity->view.parts[i].segment)
            TRY(factstore_open(entity->cx, entity->view.parts[i].segment, FACTS_BRIEFS, &facts[i]));
    for (size_t i = 0; i < parts; i++) list_part(entity, i);
    if (entity->files.len)
        qsort(entity->files.items, entity->files.len, sizeof *entity->files.items, best_first);
    find_leaders(entity);
    return NULL;
}

// --- on a miss ---

enum { NEAREST_MOST = 3 };

typedef struct Near {
    Str names[NEAREST_MOST];
    size_t distances[NEAREST_MOST], count;
} Near;

static void offer(Arena *arena, Near *near, Str name, size_t distance)
{
    for (size_t i = 0; i < near->count; i++)
        if (str_eq(near->names[i], name)) return;
    size_t at = near->count;
    while (at && (distance < near->distances[at - 1] ||
                  (distance == near->distances[at - 1] && str_cmp(name, near->names[at - 1]) < 0)))
        at--;
    if (at == NEAREST_MOST) return;
    near->count = MIN(near->count + 1, (size_t)NEAREST_MOST);
    for (size_t i = near->count - 1; i > at; i--) {
        near->names[i] = near->names[i - 1];
        near->distances[i] = near->distances[i - 1];
    }
    near->names[at] = str_copy(arena, name);
    near->distances[at] = distance;
}

static void near_in_part(Entity *entity, const Lexicon *lexicon, Str wanted, size_t limit,
                         Near *near)
{
    Arena scratch = {0};
    for (uint32_t i = 0; i < lexicon->head->names; i++) {
        Str name = lexicon_name_text(&scratch, lexicon, i);
        size_t gap = name.len > wanted.len ? name.len - wanted.len : wanted.len - name.len;
        size_t distance = gap > limit ? limit + 1 : str_distance(name, wanted, limit);
        if (distance <= limit) {
            LexNumbers defs = lexicon_name_defs(lexicon, i);
            if (lex_next_number(&defs)) offer(entity->cx->arena, near, name, distance);
        }
        if ((i & 4095) == 4095) arena_reset(&scratch);
    }
    arena_fini(&scratch);
}

void entity_nearest(Entity *entity, EntityAnswer *out)
{
    const NameFilter *name = &entity->query->name;
    Str wanted = last_part(name->text);
    Near *near = ARENA_NEW(entity->cx->arena, Near);
    if (name->mode != NAME_EXACT || wanted.len < 3) return;
    for (size_t i = 0; i < entity->view.part_count; i++)
        near_in_part(entity, entity->view.parts[i].lexicon, wanted, MAX((size_t)1, wanted.len / 4),
                     near);
    out->nearest = near->names;
    out->nearest_count = near->count;
}
