// service/target.c
#include "service/target.h"

#include <stdlib.h>

#include "base/vec.h"
#include "index/path_class.h"
#include "lang/c/condition.h"
#include "service/line_ref.h"

enum { NEAREST_MOST = 3 };

const char *target_how_name(TargetHow how)
{
    static const char *const names[] = {"name", "line", "enclosing", "use", "file"};
    return names[how];
}

// --- the text ---

// Cuts a number off the end: "a:12" gives "a" and 12.
static bool cut_number(Str *text, uint32_t *out)
{
    int64_t number;
    size_t colon = str_find_last(*text, ':');
    if (colon == text->len || !colon) return false;
    Str last = str_sub(*text, colon + 1, text->len);
    if (!last.len || last.ptr[0] < '0' || last.ptr[0] > '9') return false;
    if (!str_to_int(last, &number) || number > INT32_MAX) return false;
    *text = str_sub(*text, 0, colon);
    *out = (uint32_t)number;
    return true;
}

static bool is_separator(char c)
{
    return strchr(".:#/\\>", c) != NULL;
}

// The names between separators: . :: # \ / -> and one ':'.
static void split_parts(Arena *arena, Str text, const Str **parts, size_t *count)
{
    VEC(Str) found = {0};
    for (size_t at = 0, from = 0; at <= text.len; at++) {
        if (at < text.len && !is_separator(text.ptr[at])) continue;
        Str part = str_sub(text, from, at);
        bool arrow = at < text.len && text.ptr[at] == '>';
        if (arrow && part.len && part.ptr[part.len - 1] == '-') part.len--;
        if (part.len) VEC_PUSH(arena, &found, part);
        from = at + 1;
    }
    *parts = found.items;
    *count = found.len;
}

TargetText target_read(Arena *arena, Str text)
{
    TargetText read = {.path = text};
    uint32_t last = 0, first = 0;
    if (cut_number(&read.path, &last)) {
        read.has_col = cut_number(&read.path, &first);
        read.line = read.has_col ? first : last;
        read.col = read.has_col ? last : 0;
        if (read.line) return read;
        read = (TargetText){.path = text}; // lines count from 1: it is no place
    }
    if (str_find(text, ' ') == text.len && str_find(text, '(') == text.len)
        split_parts(arena, text, &read.parts, &read.part_count);
    return read;
}

static bool ends_with(const Str *all, size_t all_count, const Str *parts, size_t count)
{
    if (count > all_count) return false;
    for (size_t i = 0; i < count; i++)
        if (!str_eq(all[all_count - count + i], parts[i])) return false;
    return true;
}

// A file can be named with its extension, without, and, when its folder is what users import,
// without its own name.
static bool path_fits(Arena *arena, Str path, const Str *parts, size_t count)
{
    static const char *const silent[] = {"__init__", "index", "mod", "lib"};
    const Str *all;
    size_t all_count;
    split_parts(arena, path, &all, &all_count);
    if (ends_with(all, all_count, parts, count)) return true;
    bool extension = str_find(path_file_name(path), '.') < path_file_name(path).len;
    if (!extension || !all_count) return false;
    if (ends_with(all, --all_count, parts, count)) return true;
    for (size_t i = 0; all_count && i < ARRAY_LEN(silent); i++)
        if (str_eq(all[all_count - 1], str_from(silent[i])))
            return ends_with(all, all_count - 1, parts, count);
    return false;
}

bool target_fits(Str path, Str qualified, const Str *parts, size_t count)
{
    Arena scratch = {0};
    const Str *names;
    size_t name_count;
    split_parts(&scratch, qualified, &names, &name_count);
    bool fits = ends_with(names, name_count, parts, count);
    if (!fits && name_count < count) { // all of the name, and some of the path
        size_t left = count - name_count;
        fits = ends_with(names, name_count, parts + left, name_count) &&
               path_fits(&scratch, path, parts, left);
    }
    arena_fini(&scratch);
    return fits;
}

// --- subjects ---

static void describe_file(Code *code, uint32_t file, Subject *out)
{
    *out = (Subject){.ref = {file, WORLD_NONE},
                     .kind = DEF_MODULE,
                     .path = code_keep(code, world_path(code->world, file)),
                     .lang = world_lang(code->world, file),
                     .name_place = {1, 0, 1, 0},
                     .place = {1, 0, 1, 0}};
    out->role = role_of_path(out->path);
    out->name = path_file_name(out->path);
    out->qualified = out->path;
    out->signature = STR("");
}

static uint32_t ordinal_of(Code *code, const WorldFile *file, uint32_t def, Str qualified)
{
    uint32_t ordinal = 0;
    uint32_t at = world_first_def(file, file->facts.defs[def].name);
    for (; at < def; at = world_next_def(file, at))
        ordinal += str_eq(world_qualified(code->world, file, at), qualified);
    return ordinal;
}

void target_subject(Code *code, DefRef ref, Subject *out)
{
    if (ref.def == WORLD_NONE) {
        describe_file(code, ref.file, out);
        return;
    }
    const WorldFile *file = world_brief(code->world, ref.file);
    const Def *def = &file->facts.defs[ref.def];
    uint32_t end = def->full.end; // the line end of the last line is not part of it
    while (end > def->full.start + 1 && strchr("\r\n", file->text.ptr[end - 1])) end--;
    *out = (Subject){.ref = ref,
                     .kind = def->kind,
                     .path = code_keep(code, file->path),
                     .name = code_keep(code, def->name),
                     .qualified = code_keep(code, world_qualified(code->world, file, ref.def)),
                     .signature = code_keep(code, world_signature(code->world, file, ref.def)),
                     .lang = file->lang,
                     .name_place = code_place(file, def->name_span),
                     .place = code_place(file, (Span){def->full.start, end}),
                     .declaration = def->declaration};
    out->role = role_of_path(out->path);
    out->ordinal = ordinal_of(code, file, ref.def, out->qualified);
}

Str target_again(Arena *arena, const Subject *subject)
{
    if (subject->ref.def == WORLD_NONE) return subject->path;
    return str_format(arena, STR_FMT ":%u:%u", STR_ARG(subject->path), subject->name_place.line,
                      subject->name_place.col);
}

typedef VEC(DefRef) DefRefVec;

static void add_ref(Code *code, DefRefVec *refs, DefRef ref)
{
    if (ref.def != WORLD_NONE && !world_brief(code->world, ref.file)) return;
    if (ref.def != WORLD_NONE) ref = resolve_canonical(code->resolver, ref);
    for (size_t i = 0; i < refs->len; i++)
        if (refs->items[i].file == ref.file && refs->items[i].def == ref.def) return;
    VEC_PUSH(code->cx->arena, refs, ref);
}

static int compare_subjects(const void *left, const void *right)
{
    const Subject *a = left, *b = right;
    if (a->role != b->role) return a->role < b->role ? -1 : 1;
    int order = str_cmp(a->path, b->path);
    return order ? order : (a->ref.def > b->ref.def) - (a->ref.def < b->ref.def);
}

static bool can_be_called(Code *code, DefRef ref)
{
    if (ref.def == WORLD_NONE) return false;
    return resolve_is_callable(world_brief(code->world, ref.file)->facts.defs[ref.def].kind);
}

// Which #if it stands under: that tells alternatives apart.
static Str condition_of(Code *code, const Subject *subject)
{
    bool has = subject->lang == LANG_c || subject->lang == LANG_cpp;
    if (!has || subject->ref.def == WORLD_NONE) return STR_NONE;
    const WorldFile *file = world_brief(code->world, subject->ref.file);
    const Def *def = &file->facts.defs[subject->ref.def];
    return code_keep(code, c_condition(code->cx->arena, file->text, def->full.start));
}

static void take_subjects(Code *code, const DefRefVec *refs, bool callable, Subjects *out)
{
    Subject *items = ARENA_ARRAY(code->cx->arena, Subject, refs->len);
    size_t calls = 0;
    for (size_t i = 0; i < refs->len; i++) calls += can_be_called(code, refs->items[i]);
    for (size_t i = 0; i < refs->len; i++) {
        bool can = can_be_called(code, refs->items[i]);
        if (callable && calls && !can) out->other_kind++;
        else target_subject(code, refs->items[i], &items[out->count++]);
    }
    for (size_t i = 0; i < out->count; i++) items[i].condition = condition_of(code, &items[i]);
    if (out->count) qsort(items, out->count, sizeof *items, compare_subjects);
    out->items = items;
}

// --- by name ---

static void add_by_suffix(Code *code, const TargetText *read, DefRefVec *refs)
{
    size_t count;
    const DefRef *defs = world_defs(code->world, read->parts[read->part_count - 1], &count);
    for (size_t i = 0; i < count; i++) {
        const WorldFile *file = world_brief(code->world, defs[i].file);
        if (!file) continue;
        Str qualified = world_qualified(code->world, file, defs[i].def);
        if (read->part_count > 1 &&
            !target_fits(file->path, qualified, read->parts, read->part_count))
            continue;
        add_ref(code, refs, defs[i]);
    }
}

static void add_resolved(Code *code, const Resolved *to, DefRefVec *refs)
{
    for (uint32_t i = 0; i < to->count; i++) add_ref(code, refs, to->targets[i]);
}

static bool is_type(DefKind kind)
{
    return kind != DEF_FUNCTION && kind != DEF_METHOD && kind != DEF_MACRO &&
           resolve_is_callable(kind);
}

// The member may be inherited: Class.method of a base.
static void add_by_member(Code *code, const TargetText *read, DefRefVec *refs)
{
    TargetText owner = *read;
    DefRefVec owners = {0};
    owner.part_count--;
    add_by_suffix(code, &owner, &owners);
    for (size_t i = 0; i < owners.len; i++) {
        Resolved to;
        DefRef ref = owners.items[i];
        if (!is_type(world_brief(code->world, ref.file)->facts.defs[ref.def].kind)) continue;
        resolve_member(code->resolver, ref, read->parts[read->part_count - 1], &to);
        add_resolved(code, &to, refs);
    }
}

// The name may be one that a module shows though it is defined elsewhere.
static void add_by_export(Code *code, const TargetText *read, DefRefVec *refs)
{
    size_t last = read->part_count - 1;
    for (uint32_t i = 0; i < world_file_count(code->world); i++) {
        Arena scratch = {0};
        bool fits = world_is_live(code->world, i) && lang_has_names(world_lang(code->world, i)) &&
                    path_fits(&scratch, world_path(code->world, i), read->parts, last);
        arena_fini(&scratch);
        WorldFile *file = fits ? world_file(code->world, i) : NULL;
        Resolved to;
        if (!file) continue;
        resolve_export(code->resolver, file, read->parts[last], &to);
        add_resolved(code, &to, refs);
    }
}

static void find_named(Code *code, const TargetText *read, DefRefVec *refs)
{
    if (!read->part_count) return;
    add_by_suffix(code, read, refs);
    if (!refs->len && read->part_count > 1) add_by_member(code, read, refs);
    if (!refs->len && read->part_count > 1) add_by_export(code, read, refs);
}

// --- by place ---

static uint32_t line_start(Str text, uint32_t line)
{
    const char *at = text.ptr, *end = at + text.len;
    for (uint32_t i = 1; i < line; i++) {
        const char *next = memchr(at, '\n', (size_t)(end - at));
        if (!next || next + 1 == end) return UINT32_MAX;
        at = next + 1;
    }
    return (uint32_t)(at - text.ptr);
}

static uint32_t line_end(Str text, uint32_t start)
{
    const char *next = memchr(text.ptr + start, '\n', text.len - start);
    return next ? (uint32_t)(next - text.ptr) : (uint32_t)text.len;
}

// The use whose name is at this offset; WORLD_NONE.
static uint32_t use_at(const WorldFile *file, uint32_t offset)
{
    for (uint32_t i = 0; i < file->names.expr_count; i++) {
        const NameExpr *expr = &file->names.exprs[i];
        bool name = expr->op == EXPR_NAME || expr->op == EXPR_MEMBER;
        if (name && expr->span.start <= offset && offset < expr->span.end) return i;
    }
    return WORLD_NONE;
}

static void take_use(Code *code, WorldFile *file, uint32_t expr, DefRefVec *refs, Subjects *out)
{
    Resolved to;
    size_t count;
    resolve_use(code->resolver, file, expr, &to);
    add_resolved(code, &to, refs);
    out->how = TARGET_USE;
    out->certainty = to.certainty;
    out->reason = to.reason;
    if (!refs->len && to.certainty == CERTAINTY_NAME_ONLY) {
        const DefRef *defs = world_defs(code->world, world_expr_text(file, expr + 1), &count);
        for (size_t i = 0; i < count; i++) add_ref(code, refs, defs[i]);
    }
    if (refs->len) return;
    Str name = to.external.len ? to.external : world_expr_text(file, expr + 1);
    out->external = code_keep(code, name);
}

// The definition whose name, else whose head, is on the line.
static uint32_t def_on_line(const WorldFile *file, uint32_t start, uint32_t end)
{
    uint32_t found = WORLD_NONE;
    for (uint32_t i = 0; i < file->facts.def_count; i++) {
        const Def *def = &file->facts.defs[i];
        if (def->name_span.start >= start && def->name_span.start < end) return i;
        bool head = def->full.start < end && def->name_span.start >= start;
        if (head && found == WORLD_NONE) found = i; // between decorators and the name
    }
    return found;
}

static Fail find_at(Code *code, WorldFile *file, const TargetText *read, DefRefVec *refs,
                    Subjects *out)
{
    uint32_t start = line_start(file->text, read->line);
    if (start == UINT32_MAX)
        return FAIL(code->cx->arena, BAD_REQUEST, STR_FMT " has no line %u", STR_ARG(file->path),
                    read->line);
    uint32_t end = line_end(file->text, start), offset = MIN(start + read->col, end);
    uint32_t use = read->has_col ? use_at(file, offset) : WORLD_NONE;
    uint32_t def = def_on_line(file, start, end + 1);
    if (def != WORLD_NONE && use != WORLD_NONE) {
        Span name = file->facts.defs[def].name_span; // a variable is both
        if (name.start <= offset && offset < name.end) use = WORLD_NONE;
    }
    if (use != WORLD_NONE) {
        take_use(code, file, use, refs, out);
        return NULL;
    }
    out->how = TARGET_LINE;
    if (def == WORLD_NONE) {
        def = edge_enclosing(file, MIN(offset, (uint32_t)file->text.len));
        out->how = def == WORLD_NONE ? TARGET_FILE : TARGET_ENCLOSING;
    }
    add_ref(code, refs, (DefRef){file->number, def});
    return NULL;
}

// --- by path ---

static Fail find_path(Code *code, const TargetText *read, TargetWants wants, DefRefVec *refs,
                      Subjects *out)
{
    LineRef ref;
    Ctx *cx = code->cx;
    TRY(line_ref_read(cx, code->env, &code->workspace, read->path, &ref));
    if (!ref.is_there || !ref.is_file) {
        if (!read->line) return NULL;
        return line_ref_no_file(cx, code->env, &code->workspace, &ref);
    }
    uint32_t number = world_find(code->world, ref.path);
    WorldFile *file = number == WORLD_NONE ? NULL : world_file(code->world, number);
    if (number == WORLD_NONE || (!file && wants == TARGET_CALLABLE))
        return FAIL(cx->arena, BAD_REQUEST,
                    STR_FMT " has no names that can be followed: it is in no language with name "
                            "rules, left out of the index, or not readable",
                    STR_ARG(ref.path));
    out->how = TARGET_FILE;
    if (read->line && file) return find_at(code, file, read, refs, out);
    add_ref(code, refs, (DefRef){number, WORLD_NONE});
    return NULL;
}

// --- a miss ---

typedef struct Near {
    Str name;
    size_t distance;
} Near;

static void offer(Arena *arena, Near *near, size_t *count, Str name, size_t distance)
{
    size_t at = *count;
    for (size_t i = 0; i < *count; i++)
        if (str_eq(near[i].name, name)) return;
    while (at && (near[at - 1].distance > distance ||
                  (near[at - 1].distance == distance && str_cmp(near[at - 1].name, name) > 0)))
        at--;
    if (at == NEAREST_MOST) return;
    *count = MIN(*count + 1, (size_t)NEAREST_MOST);
    for (size_t i = *count - 1; i > at; i--) near[i] = near[i - 1];
    near[at] = (Near){str_copy(arena, name), distance};
}

static size_t find_near(Code *code, Str wanted, Near *near, Arena *scratch)
{
    size_t count = 0, limit = MAX(wanted.len / 3, (size_t)1);
    for (size_t i = 0; i < code->corpus.part_count; i++) {
        StrCursor names = strtable_cursor(scratch, &code->corpus.parts[i].lexicon->names);
        Str name;
        while (strtable_next(&names, &name)) {
            if (name.len + limit < wanted.len || name.len > wanted.len + limit) continue;
            size_t distance = str_distance(wanted, name, limit), defs;
            if (distance > limit || distance >= MAX(wanted.len, name.len)) continue;
            world_defs(code->world, name, &defs);
            if (defs) offer(scratch, near, &count, name, distance);
        }
    }
    return count;
}

// The last of the parts that no definition has; of a.b.c, with what follows it.
static void list_nearest(Code *code, const TargetText *read, Subjects *out)
{
    Arena scratch = {0}, *arena = code->cx->arena;
    Near near[NEAREST_MOST];
    size_t wrong = read->part_count - 1, defs = 0;
    world_defs(code->world, read->parts[wrong], &defs);
    for (size_t i = wrong; defs && i-- > 0;) {
        world_defs(code->world, read->parts[i], &defs);
        if (!defs) wrong = i;
    }
    size_t count = find_near(code, read->parts[wrong], near, &scratch);
    Str *names = ARENA_ARRAY(arena, Str, NEAREST_MOST);
    for (size_t i = 0; i < count; i++) {
        names[i] = code_keep(code, near[i].name);
        for (size_t k = wrong + 1; k < read->part_count; k++)
            names[i] = str_join(arena, names[i], STR("."), read->parts[k]);
    }
    out->nearest = names;
    out->nearest_count = count;
    arena_fini(&scratch);
}

Fail target_find(Code *code, Str text, TargetWants wants, Subjects *out)
{
    DefRefVec refs = {0};
    TargetText read = target_read(code->cx->arena, text);
    bool slash = str_find(read.path, '/') < read.path.len;
    *out = (Subjects){.certainty = CERTAINTY_EXACT};
    if (!text.len) return FAIL(code->cx->arena, BAD_REQUEST, "the target is empty; name one");
    if (!read.line && !slash) find_named(code, &read, &refs);
    if (!refs.len) TRY(find_path(code, &read, wants, &refs, out));
    if (!refs.len && slash) find_named(code, &read, &refs);
    if (!read.line && refs.len && refs.items[0].def != WORLD_NONE) out->how = TARGET_NAME;
    out->line = read.line;
    take_subjects(code, &refs, wants == TARGET_CALLABLE && !read.line, out);
    if (!out->count && !out->external.len && read.part_count) list_nearest(code, &read, out);
    return NULL;
}
