// service/entity.c - the flow of an entity query.
//
// DESIGN. Files are looked at on the pool, each by one task. A slot has a parser, an arena for one
// file, emptied after each, and one for findings, which the request adopts when all tasks have
// ended. Each task writes only to its own FileWork.
#include "service/entity.h"

#include "base/log.h"
#include "base/map.h"
#include "service/entity_.h"
#include "service/find_publish.h"

typedef struct Work {
    const Entity *entity;
    EntitySlot *slots;
    FileWork *files;
} Work;

static void do_file(void *arg, size_t index, int slot_number)
{
    Work *work = arg;
    EntitySlot *slot = &work->slots[slot_number];
    const EntityQuery *query = work->entity->query;
    if (!slot->parser) slot->parser = parser_new(work->entity->env->grammars);
    if (!slot->matcher && query->name.mode == NAME_REGEX)
        slot->matcher = matcher_new(&slot->kept, query->name.regex);
    entity_do_file(work->entity, slot, &work->entity->files.items[index], &work->files[index]);
}

// --- the answer ---

static void count_kinds(Arena *arena, const Finding *findings, size_t count, EntityAnswer *out)
{
    Map seen = {0};
    VEC(EntityCount) kinds = {0};
    for (size_t i = 0; i < count; i++) {
        uint64_t *at = map_at(arena, &seen, findings[i].kind, kinds.len);
        if (*at == kinds.len) VEC_PUSH(arena, &kinds, (EntityCount){findings[i].kind, 0});
        kinds.items[*at].count++;
    }
    out->by_kind = kinds.items;
    out->kind_count = kinds.len;
}

static void gather(Entity *entity, const FileWork *work, EntityAnswer *out)
{
    Arena *arena = entity->cx->arena;
    FindingVec findings = {0};
    VEC(Fail) failed = {0};
    bool all_done = true;
    for (size_t i = 0; i < entity->files.len; i++) {
        const FileWork *file = &work[i];
        all_done = all_done && file->done;
        if (!file->done) continue;
        out->read_files++;
        out->parsed_files += file->parsed;
        out->partial_files += file->partial && file->count;
        out->files += file->count > 0;
        // A file that is gone is as good as deleted before the question.
        if (file->fail && file->fail->kind != PROBLEM_NOT_FOUND)
            VEC_PUSH(arena, &failed, file->fail);
        for (size_t j = 0; j < file->count; j++) VEC_PUSH(arena, &findings, file->findings[j]);
    }
    StopReason stopped = all_done && !entity->view.stopped ? STOP_NONE : ctx_stopped(entity->cx);
    out->interrupted = stopped == STOP_CANCEL;
    out->timed_out = stopped == STOP_DEADLINE;
    out->total = findings.len;
    count_kinds(arena, findings.items, findings.len, out);
    int64_t limit = entity->query->limit;
    out->shown = limit > 0 ? MIN(findings.len, (size_t)limit) : findings.len;
    findings.len = out->shown;
    entity_gather_expansions(entity, work, &findings, out);
    entity_add_edges(entity, work, out->shown, &findings, out);
    out->findings = findings.items;
    out->finding_count = findings.len;
    out->failed = failed.items;
    out->failed_count = failed.len;
}

static void run_files(Entity *entity, EntityAnswer *out)
{
    Ctx *cx = entity->cx;
    Pool *pool = entity->env->pool;
    size_t count = entity->files.len, slots = (size_t)pool_slots(pool);
    Work work = {.entity = entity,
                 .slots = ARENA_ARRAY(cx->arena, EntitySlot, slots),
                 .files = ARENA_ARRAY(cx->arena, FileWork, count)};
    pool_each(pool, cx, count, 1, do_file, &work);
    entity_keep_exports(entity, work.files);
    entity_keep_used(entity, work.files);
    gather(entity, work.files, out);
    for (size_t i = 0; i < slots; i++) {
        parser_free(work.slots[i].parser);
        arena_fini(&work.slots[i].scratch);
        arena_adopt(cx->arena, &work.slots[i].kept);
    }
}

static void tell_plan(Entity *entity, const EntityAnswer *out)
{
    Arena *arena = entity->cx->arena;
    const EntityQuery *query = entity->query;
    VEC_PUSH(arena, &entity->plan,
             str_format(arena, "%s; %llu files in the selection, %zu may hold some by the index",
                        query->is_pattern ? "pattern query" : entity_kind_name(query->kind),
                        (unsigned long long)entity->selected_files, entity->files.len));
    VEC_PUSH(arena, &entity->plan,
             str_format(arena, "%llu files read, %llu of them parsed, the others from stored facts",
                        (unsigned long long)out->read_files,
                        (unsigned long long)out->parsed_files));
}

static void sum_up(Entity *entity, EntityAnswer *out)
{
    Arena *arena = entity->cx->arena;
    for (size_t i = 0; i < entity->left_out.len; i++)
        VEC_PUSH(arena, &entity->limits,
                 str_format(arena, "files left out: " STR_FMT "; %s",
                            STR_ARG(buf_str(&entity->left_out.items[i].languages)),
                            entity->left_out.items[i].why));
    if (entity->query->explain) tell_plan(entity, out);
    out->root = entity->workspace.root;
    out->universe_source = str_copy(arena, entity->view.universe_source);
    out->selected_files = entity->selected_files;
    memcpy(out->skipped, entity->view.skipped, sizeof out->skipped);
    out->stale = entity->view.stale;
    const Opened *opened = entity->view.opened;
    if (opened->trouble) out->index_trouble = str_copy(arena, opened->trouble->detail);
    out->limits = entity->limits.items;
    out->limit_count = entity->limits.len;
    out->plan = entity->plan.items;
    out->plan_count = entity->plan.len;
}

static Fail answer_from_view(Entity *entity, EntityAnswer *out)
{
    *out = (EntityAnswer){0};
    entity->files.len = entity->limits.len = entity->plan.len = entity->left_out.len = 0;
    entity->selected_files = 0;
    TRY(entity_list_files(entity));
    entity_drop_unable(entity);
    TRY(entity_prepare_shapes(entity));
    TRY(entity_narrow_by_shapes(entity));
    run_files(entity, out);
    if (!out->total) entity_nearest(entity, out);
    sum_up(entity, out);
    return NULL;
}

static Fail answer(Entity *entity, const RefreshSpec *spec, RefreshHow how, EntityAnswer *out)
{
    bool held;
    refresh_close(&entity->view);
    TRY(refresh_guess(entity->cx, spec, how, &entity->view));
    Fail fail = answer_from_view(entity, out);
    TRY(refresh_settle(entity->cx, spec, &entity->view, &held));
    if (!held) fail = answer_from_view(entity, out);
    return fail ? fail : refresh_intact(entity->cx, &entity->view);
}

static Fail run_in_workspace(Entity *entity, EntityAnswer *out)
{
    RefreshSpec spec;
    TRY(entity_choose_places(entity));
    find_index_spec(entity->env, &entity->workspace, FIND_INDEXED_FILE_BYTES,
                    entity->options->index_dir, &spec);
    RefreshHow how = entity->options->stale_ok ? REFRESH_STALE : REFRESH_FRESH;
    Fail fail = answer(entity, &spec, how, out);
    bool damaged = fail && fail->kind == PROBLEM_DAMAGED;
    if (fail && !damaged) return fail;
    if (damaged) {
        log_event(entity->cx, LOG_WARN, "index.unusable", LOG_STR("why", fail->detail));
        TRY(answer(entity, &spec, REFRESH_MEMORY, out));
        out->index_trouble = fail->detail;
    }
    damaged = out->index_trouble.len > 0;
    if (out->stale || !refresh_is_due(&entity->view)) return NULL;
    out->build = find_publish(entity->cx, entity->env, &entity->view, &spec, damaged, &fail);
    if (fail && !damaged) out->index_trouble = fail->detail;
    return NULL;
}

Fail entity_run(Ctx *cx, const Env *env, const EntityQuery *query, const EntityOptions *options,
                EntityAnswer *out)
{
    Entity entity = {.cx = cx, .env = env, .query = query, .options = options};
    TRY(env_workspace(cx, env, !env->root.len, &entity.workspace));
    Fail fail = run_in_workspace(&entity, out);
    refresh_close(&entity.view);
    workspace_close(&entity.workspace);
    return fail;
}
