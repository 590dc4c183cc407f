// service/entity_facts.c - one file: its facts, what of it passes, and findings made of that.
#include "service/entity_.h"

enum { LONGEST_TEXT = 400 };

// --- the facts ---

Str entity_qualified(FileFacts *file, int32_t def)
{
    if (def < 0) return STR_NONE;
    if (!file->has_brief) return file->facts.defs[def].qualified;
    if (!file->qualified)
        file->qualified = ARENA_ARRAY(file->cx->arena, Str, file->facts.def_count);
    if (!file->qualified[def].ptr)
        file->qualified[def] = brief_qualified(file->cx->arena, &file->brief, def);
    return file->qualified[def];
}

static Str signature_of(FileFacts *file, int32_t def)
{
    if (!file->has_brief) return file->facts.defs[def].signature;
    return brief_signature(file->cx->arena, &file->brief, def);
}

// Whether calls or imports are to be known in full, which only a parse can tell.
static bool needs_parse(const FileFacts *file)
{
    const EntityQuery *query = file->entity->query;
    if (query->is_pattern) return false;
    if (query->kind == ENTITY_CALLSITE || query->kind == ENTITY_IMPORT) return true;
    if (query->fields & FIELD_IS_IMPORTS || query->expand_depth[EXPAND_IMPORTS]) return true;
    return query->kind == ENTITY_TEST && entity_calls_are_tests(file->file->lang, file->file->path);
}

static bool use_stored(FileFacts *file)
{
    Span all = {0, (uint32_t)file->text.len};
    bool calls = file->entity->query->calls.len > 0;
    if (needs_parse(file) || !file->file->brief.len) return false;
    file->has_brief = brief_decode(file->cx->arena, file->file->brief, file->file->lang, file->text,
                                   &all, calls ? 1 : 0, &file->brief);
    if (file->has_brief) file->facts = file->brief.facts;
    return file->has_brief;
}

static Fail read_text(FileFacts *file)
{
    TRY(os_read_file(file->cx, file->entity->workspace.dir, file->file->path.ptr,
                     FACTS_LARGEST_FILE, &file->text));
    if (str_starts(file->text, STR("\xEF\xBB\xBF")))
        file->text = str_sub(file->text, 3, file->text.len);
    return NULL;
}

static Fail read_facts(FileFacts *file)
{
    const Entity *entity = file->entity;
    if (use_stored(file)) return NULL;
    ParseJob job = {.lang = file->file->lang,
                    .grammars = entity->env->grammars,
                    .path = file->file->path,
                    .text = file->text};
    file->out->parsed = true;
    return parse_file(file->cx, NULL, &file->slot->parser, &job, &file->facts);
}

// --- places ---

static void find_lines(FileFacts *file)
{
    VEC(uint32_t) starts = {0};
    Str text = file->text;
    for (size_t at = 0; at < text.len;) {
        VEC_PUSH(file->cx->arena, &starts, (uint32_t)at);
        const char *end = memchr(text.ptr + at, '\n', text.len - at);
        at = end ? (size_t)(end - text.ptr) + 1 : text.len;
    }
    if (!starts.len) VEC_PUSH(file->cx->arena, &starts, 0);
    file->line_starts = starts.items;
    file->line_count = (uint32_t)starts.len;
}

static uint32_t line_of(FileFacts *file, uint32_t offset)
{
    if (!file->line_starts) find_lines(file);
    uint32_t low = 0, high = file->line_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (file->line_starts[middle] <= offset) low = middle;
        else high = middle;
    }
    return low + 1;
}

static Str line_text(FileFacts *file, uint32_t line)
{
    size_t end = line < file->line_count ? file->line_starts[line] : file->text.len;
    Str whole = str_sub(file->text, file->line_starts[line - 1], end);
    while (whole.len && (whole.ptr[whole.len - 1] == '\n' || whole.ptr[whole.len - 1] == '\r'))
        whole.len--;
    whole.len = utf8_cut(whole, LONGEST_TEXT);
    return whole;
}

void entity_place(FileFacts *file, Span span, uint32_t shown_at, Finding *out)
{
    uint32_t end = span.end; // the line end of the last line is not part of it
    while (end > span.start + 1 && strchr("\r\n", file->text.ptr[end - 1])) end--;
    out->path = file->file->path;
    out->line = line_of(file, span.start);
    out->end_line = line_of(file, MAX(end, span.start + 1) - 1);
    out->col = span.start - file->line_starts[out->line - 1];
    out->end_col = end - file->line_starts[out->end_line - 1];
    out->text = str_copy(&file->slot->kept, line_text(file, line_of(file, shown_at)));
}

// --- findings ---

void entity_add(FileFacts *file, const Finding *finding, uint32_t def)
{
    VEC_PUSH(&file->slot->kept, &file->findings, *finding);
    VEC_PUSH(&file->slot->kept, &file->defs, def);
}

static uint32_t ordinal_of(FileFacts *file, uint32_t index)
{
    uint32_t ordinal = 0;
    Str name = file->facts.defs[index].name, qualified = entity_qualified(file, (int32_t)index);
    for (uint32_t i = 0; i < index; i++)
        ordinal += str_eq(file->facts.defs[i].name, name) &&
                   str_eq(entity_qualified(file, (int32_t)i), qualified);
    return ordinal;
}

Json *entity_names_json(Arena *arena, const Str *names, uint32_t count, size_t stride)
{
    Json *list = json_new_array(arena);
    for (uint32_t i = 0; i < count; i++) {
        const Str *name = (const Str *)((const char *)names + i * stride);
        json_push(arena, list, json_new_str(arena, str_copy(arena, *name)));
    }
    return list;
}

static void add_decorators(FileFacts *file, uint32_t index, Json *details)
{
    Arena *kept = &file->slot->kept;
    Decorators found = entity_decorators(file, index);
    json_set(kept, details, STR("decorator_count"), json_new_int(kept, found.count));
    json_set(kept, details, STR("decorators"),
             entity_names_json(kept, found.count ? &found.items[0].name : NULL, found.count,
                               sizeof *found.items));
}

static void add_raises(FileFacts *file, uint32_t index, Json *details)
{
    Arena *kept = &file->slot->kept;
    Raises found = entity_raises(file, index);
    json_set(kept, details, STR("raises"),
             entity_names_json(kept, found.count ? &found.items[0].name : NULL, found.count,
                               sizeof *found.items));
}

static bool is_word_byte(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool has_word(Str text, Str word)
{
    for (size_t at = 0; word.len && at + word.len <= text.len; at++) {
        const char *found = memchr(text.ptr + at, word.ptr[0], text.len - word.len + 1 - at);
        if (!found) return false;
        at = (size_t)(found - text.ptr);
        if (!str_starts(str_sub(text, at, text.len), word)) continue;
        bool begins = !at || !is_word_byte(text.ptr[at - 1]);
        if (begins && (at + word.len == text.len || !is_word_byte(text.ptr[at + word.len])))
            return true;
    }
    return false;
}

// "typing.Any", "os", ".cli" of `from . import cli`.
static Str import_path(Arena *arena, const Import *import)
{
    bool dot = import->module.len && import->name.len && !str_ends(import->module, STR("."));
    return str_join(arena, import->module, dot ? STR(".") : STR(""), import->name);
}

static bool is_repeated(const Facts *facts, uint32_t index)
{
    const Import *import = &facts->imports[index];
    for (uint32_t i = 0; i < index; i++)
        if (str_eq(facts->imports[i].module, import->module) &&
            str_eq(facts->imports[i].name, import->name))
            return true;
    return false;
}

// What the file imports and `within` names: all of it for the file itself.
static void add_imports(FileFacts *file, Span within, Json *details)
{
    Arena *kept = &file->slot->kept;
    Json *list = json_new_array(kept);
    Str text = str_sub(file->text, within.start, within.end);
    for (uint32_t i = 0; i < file->facts.import_count; i++) {
        const Import *import = &file->facts.imports[i];
        Str first = str_sub(import->module, 0, str_find(import->module, '.'));
        Str local = import->alias.len ? import->alias : import->name.len ? import->name : first;
        if (text.len < file->text.len && !has_word(text, local)) continue;
        if (is_repeated(&file->facts, i)) continue;
        json_push(kept, list, json_new_str(kept, import_path(kept, import)));
    }
    json_set(kept, details, STR("imports"), list);
}

static bool wants_decorators(const EntityQuery *query)
{
    return query->kind == ENTITY_DECORATOR || query->decorated_by.len ||
           query->decorators_min >= 0 || query->decorators_max >= 0 ||
           query->fields & (FIELD_IS_DECORATORS | FIELD_IS_DECORATED_FUNCTIONS);
}

static void add_cells(FileFacts *file, uint32_t index, Json *details)
{
    Arena *kept = &file->slot->kept;
    const CellScope *scope = entity_cells(file, index);
    if (!scope) return;
    Str kind = scope->free_count ? STR("closure") : scope->nested ? STR("nested") : STR("toplevel");
    json_set(kept, details, STR("scope"), json_new_str(kept, kind));
    json_set(kept, details, STR("free_vars"),
             entity_names_json(kept, scope->frees, scope->free_count, sizeof(Str)));
    json_set(kept, details, STR("cell_vars"),
             entity_names_json(kept, scope->cells, scope->cell_count, sizeof(Str)));
}

static const Json *def_details(FileFacts *file, uint32_t index)
{
    const EntityQuery *query = file->entity->query;
    Arena *kept = &file->slot->kept;
    Json *details = json_new_object(kept);
    if (file->facts.defs[index].declaration)
        json_set(kept, details, STR("declaration"), json_new_bool(kept, true));
    if (query->fields & FIELD_IS_IMPORTS) add_imports(file, file->facts.defs[index].full, details);
    if (wants_decorators(query)) add_decorators(file, index, details);
    if (query->raises.asked) add_raises(file, index, details);
    if (entity_asks_cells(query)) add_cells(file, index, details);
    return details->len ? details : NULL;
}

void entity_add_def(FileFacts *file, uint32_t index)
{
    Arena *kept = &file->slot->kept;
    const Def *def = &file->facts.defs[index];
    Str qualified = str_copy(kept, entity_qualified(file, (int32_t)index));
    Finding finding = {.category = str_from(category_name(CATEGORY_DEFINITION)),
                       .kind = str_from(def_kind_name(def->kind)),
                       .name = str_copy(kept, def->name),
                       .qualified = qualified,
                       .signature = str_copy(kept, signature_of(file, (int32_t)index)),
                       .enclosing = str_copy(kept, entity_qualified(file, def->parent)),
                       .details = def_details(file, index)};
    for (int32_t up = def->parent; up >= 0; up = file->facts.defs[up].parent) finding.depth++;
    finding.stable_id =
        stable_id(kept, file->file->path, qualified, finding.category, ordinal_of(file, index));
    entity_place(file, def->full, def->name_span.start, &finding);
    entity_add(file, &finding, index);
    if (file->entity->query->expands) entity_expand(file, index);
}

// --- calls ---

// Which one it is among the calls of the same name in the same definition.
static uint32_t call_ordinal(const Facts *facts, uint32_t index)
{
    uint32_t ordinal = 0;
    const Call *call = &facts->calls[index];
    for (uint32_t i = index; i-- > 0 && facts->calls[i].enclosing == call->enclosing;)
        ordinal += str_eq(facts->calls[i].callee, call->callee);
    return ordinal;
}

static const Json *call_details(Arena *kept, const Call *call)
{
    Json *details = json_new_object(kept);
    json_set(kept, details, STR("callee"), json_new_str(kept, str_copy(kept, call->callee)));
    if (call->receiver.len)
        json_set(kept, details, STR("receiver"),
                 json_new_str(kept, str_copy(kept, call->receiver)));
    json_set(kept, details, STR("arguments"), json_new_int(kept, call->arg_count));
    json_set(kept, details, STR("keywords"),
             entity_names_json(kept, call->keywords, call->keyword_count, sizeof(Str)));
    if (call->star) json_set(kept, details, STR("star"), json_new_bool(kept, true));
    if (call->star_star) json_set(kept, details, STR("star_star"), json_new_bool(kept, true));
    if (call->macro) json_set(kept, details, STR("macro"), json_new_bool(kept, true));
    return details;
}

static void add_call(FileFacts *file, uint32_t index)
{
    Arena *kept = &file->slot->kept;
    const Call *call = &file->facts.calls[index];
    Str enclosing = entity_qualified(file, call->enclosing);
    Finding finding = {.category = str_from(category_name(CATEGORY_CALL)),
                       .kind = call->macro ? STR("macro_call") : STR("call"),
                       .name = str_copy(kept, call->name),
                       .qualified = str_copy(kept, call->callee),
                       .enclosing = str_copy(kept, enclosing),
                       .details = call_details(kept, call)};
    Str key = str_join(file->cx->arena, enclosing, STR("/"), call->callee);
    finding.stable_id =
        stable_id(kept, file->file->path, key, finding.category, call_ordinal(&file->facts, index));
    entity_place(file, call->full, call->name_span.start, &finding);
    entity_add(file, &finding, UINT32_MAX);
}

static bool call_takes(FileFacts *file, const Call *call)
{
    const EntityQuery *query = file->entity->query;
    if (!name_filter_takes(&query->name, file->slot->matcher, call->name, call->callee))
        return false;
    return !query->calls.len || entity_name_fits(call->callee, query->calls);
}

static void take_calls(FileFacts *file)
{
    for (uint32_t i = 0; i < file->facts.call_count; i++) {
        const Call *call = &file->facts.calls[i];
        if (call->name_span.start == call->name_span.end || !call_takes(file, call)) continue;
        if (entity_relations_fit(file, call->full, -1)) add_call(file, i);
    }
}

// The text of a call's first argument, when that is a string: what a test says of itself.
static Str first_string(const FileFacts *file, const Call *call)
{
    Str text = str_sub(file->text, call->name_span.end, call->full.end);
    text = str_trim(text);
    if (str_starts(text, STR("("))) text = str_trim(str_sub(text, 1, text.len));
    if (!text.len || !strchr("'\"`", text.ptr[0])) return STR_NONE;
    Str rest = str_sub(text, 1, text.len);
    return str_sub(rest, 0, str_find(rest, text.ptr[0]));
}

static void take_test_calls(FileFacts *file)
{
    for (uint32_t i = 0; i < file->facts.call_count; i++) {
        const Call *call = &file->facts.calls[i];
        Str says = first_string(file, call);
        const EntityQuery *query = file->entity->query;
        if (!entity_call_is_test(call) || !says.len) continue;
        if (!name_filter_takes(&query->name, file->slot->matcher, says, says)) continue;
        if (!entity_relations_fit(file, call->full, -1)) continue;
        add_call(file, i);
        Finding *finding = &file->findings.items[file->findings.len - 1];
        finding->kind = STR("test");
        finding->name = str_copy(&file->slot->kept, says);
    }
}

// --- imports ---

static bool import_takes(FileFacts *file, const Import *import, Str qualified)
{
    const EntityQuery *query = file->entity->query;
    Matcher *matcher = file->slot->matcher;
    const Str names[] = {import->name, import->alias, import->module};
    if (query->name.mode == NAME_ANY) return true;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (names[i].len && name_filter_takes(&query->name, matcher, names[i], qualified))
            return true;
    return false;
}

static void take_imports(FileFacts *file)
{
    Arena *kept = &file->slot->kept;
    for (uint32_t i = 0; i < file->facts.import_count; i++) {
        const Import *import = &file->facts.imports[i];
        Str whole = import_path(file->cx->arena, import);
        Str name = import->name.len ? import->name : import->module;
        if (!import_takes(file, import, whole)) continue;
        if (!entity_relations_fit(file, import->full, -1)) continue;
        int32_t around = facts_enclosing(&file->facts, import->full.start);
        Json *details = json_new_object(kept);
        const struct {
            const char *key;
            Str value;
        } members[] = {
            {"module", import->module}, {"imported", import->name}, {"alias", import->alias}};
        for (size_t j = 0; j < ARRAY_LEN(members); j++)
            if (members[j].value.len)
                json_set(kept, details, str_from(members[j].key),
                         json_new_str(kept, str_copy(kept, members[j].value)));
        Finding finding = {.category = str_from(category_name(CATEGORY_IMPORT)),
                           .kind = import->name.len ? STR("from_import") : STR("import"),
                           .name = str_copy(kept, name),
                           .qualified = str_copy(kept, whole),
                           .enclosing = str_copy(kept, entity_qualified(file, around)),
                           .details = details};
        uint32_t ordinal = 0;
        for (uint32_t j = 0; j < i; j++)
            ordinal += str_eq(file->facts.imports[j].module, import->module) &&
                       str_eq(file->facts.imports[j].name, import->name);
        finding.stable_id = stable_id(kept, file->file->path, whole, finding.category, ordinal);
        entity_place(file, import->full, import->name_span.start, &finding);
        entity_add(file, &finding, UINT32_MAX);
    }
}

// --- modules ---

// Of the others, namespaces and packages are definitions.
static bool file_is_module(LangId lang)
{
    switch (lang) {
    case LANG_python:
    case LANG_javascript:
    case LANG_typescript:
    case LANG_tsx:
    case LANG_rust:
    case LANG_c:
    case LANG_cpp:
    case LANG_bash:
    case LANG_ruby:
    case LANG_php:
    case LANG_lua:
    case LANG_swift:
    case LANG_zig: return true;
    default: return false;
    }
}

bool entity_lang_has_packages(LangId lang)
{
    return lang == LANG_go || lang == LANG_java || lang == LANG_kotlin || lang == LANG_scala;
}

static Str module_name(Arena *arena, LangId lang, Str path)
{
    Buf name = buf_on(arena);
    size_t dot = str_find_last(path, '.'), slash = str_find_last(path, '/');
    Str stem = dot < path.len && (slash == path.len || dot > slash) ? str_sub(path, 0, dot) : path;
    if (lang != LANG_python) return str_copy(arena, stem);
    if (str_ends(stem, STR("/__init__"))) stem = str_sub(stem, 0, stem.len - 9);
    for (size_t i = 0; i < stem.len; i++) buf_byte(&name, stem.ptr[i] == '/' ? '.' : stem.ptr[i]);
    return buf_str(&name);
}

static void take_module(FileFacts *file)
{
    const EntityQuery *query = file->entity->query;
    Arena *kept = &file->slot->kept;
    Str qualified = module_name(kept, file->facts.lang, file->file->path);
    Str name = qualified;
    for (size_t i = 0; i < qualified.len; i++)
        if (qualified.ptr[i] == '/' || (file->facts.lang == LANG_python && qualified.ptr[i] == '.'))
            name = str_sub(qualified, i + 1, qualified.len);
    if (!file_is_module(file->facts.lang)) return;
    if (!name_filter_takes(&query->name, file->slot->matcher, name, qualified)) return;
    if (!entity_module_fits(file)) return;
    Finding finding = {.category = str_from(category_name(CATEGORY_DEFINITION)),
                       .kind = STR("module"),
                       .name = name,
                       .qualified = qualified};
    Span all = {0, (uint32_t)file->text.len};
    Json *details = json_new_object(kept);
    if (query->fields & FIELD_IS_IMPORTS) add_imports(file, all, details);
    finding.details = details->len ? details : NULL;
    finding.stable_id = stable_id(kept, file->file->path, STR(""), finding.category, 0);
    entity_place(file, all, 0, &finding);
    entity_add(file, &finding, UINT32_MAX);
}

// --- the file ---

static void take_defs(FileFacts *file)
{
    for (uint32_t i = 0; i < file->facts.def_count; i++)
        if (entity_takes(file, i)) entity_add_def(file, i);
}

static void take_file(FileFacts *file)
{
    const EntityQuery *query = file->entity->query;
    switch (query->kind) {
    case ENTITY_CALLSITE: take_calls(file); return;
    case ENTITY_IMPORT: take_imports(file); return;
    case ENTITY_MODULE: take_module(file); break;
    case ENTITY_TEST:
        if (entity_calls_are_tests(file->facts.lang, file->file->path)) take_test_calls(file);
        break;
    default: break;
    }
    take_defs(file);
}

static Fail answer_in(FileFacts *file)
{
    TRY(read_facts(file));
    TRY(entity_read_tree(file));
    if (file->entity->query->is_pattern) entity_take_matches(file);
    else take_file(file);
    return NULL;
}

void entity_do_file(const Entity *entity, EntitySlot *slot, const Candidate *candidate,
                    FileWork *out)
{
    Ctx cx = ctx_child(entity->cx, &slot->scratch);
    FileFacts file = {.entity = entity, .cx = &cx, .slot = slot, .file = candidate, .out = out};
    Fail fail = read_text(&file);
    if (!fail && entity_may_match(&file) && entity_may_export(&file)) fail = answer_in(&file);
    out->fail = problem_copy(&slot->kept, fail);
    out->partial = file.facts.partial;
    out->findings = file.findings.items;
    out->defs = file.defs.items;
    out->count = out->total = file.findings.len;
    out->expansions = file.expansions.items;
    out->expansion_count = file.expansions.len;
    out->done = !(fail && fail->kind == PROBLEM_CANCELLED);
    arena_reset(&slot->scratch);
}
