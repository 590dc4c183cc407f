// service/near_templates.c
#include "service/near_templates.h"

#include "index/path_class.h"
#include "lang/template.h"
#include "service/census_.h"

typedef struct Around {
    Code *code;
    const CodeFilter *filter;
    uint32_t file; // the subject
    NearTake *take;
    void *arg;
} Around;

// "blog/index.html" names a path that ends so; below a folder `templates` all that follows counts.
// Of "./x" and "../x" the rest is compared.
static bool path_is(Str path, Str name)
{
    const Str root = STR("templates/");
    bool relative = false;
    for (; str_starts(name, STR("./")) || str_starts(name, STR("../")); relative = true)
        name = str_sub(name, str_find(name, '/') + 1, name.len);
    if (!name.len || !str_ends(path, name)) return false;
    Str before = str_sub(path, 0, path.len - name.len);
    if (before.len && !str_ends(before, STR("/"))) return false;
    bool below = str_starts(path, root) || str_contains(path, STR("/templates/"));
    return relative || !below || str_ends(before, root);
}

static size_t common_folders(Str a, Str b)
{
    size_t folders = 0;
    for (size_t i = 0; i < a.len && i < b.len && a.ptr[i] == b.ptr[i]; i++)
        folders += a.ptr[i] == '/';
    return folders;
}

// The files that the name fits: those that are nearest to `from`. How many; one of them, or the
// subject when it is among them.
static size_t count_named(const Around *a, Str from, Str name, uint32_t *out)
{
    World *world = a->code->world;
    size_t count = 0, nearest = 0;
    for (uint32_t i = 0; i < world_file_count(world); i++) {
        if (!world_is_live(world, i) || !path_is(world_path(world, i), name)) continue;
        size_t near = common_folders(from, world_path(world, i));
        if (count && near < nearest) continue;
        if (near > nearest) count = 0;
        nearest = near;
        if (!count || i == a->file) *out = i;
        count++;
    }
    return count;
}

static NearNode node_of(const Around *a, uint32_t file, Str text, Span span, const char *kind)
{
    Str path = world_path(a->code->world, file);
    return (NearNode){.path = code_keep(a->code, path),
                      .name = code_keep(a->code, str_sub(text, span.start, span.end)),
                      .kind = str_from(kind),
                      .text = code_keep(a->code, str_trim(code_line_in(text, span.start))),
                      .place = code_place_in(text, span),
                      .role = role_of_path(path),
                      .sites = 1};
}

static void set_certainty(NearNode *node, size_t fits)
{
    node->has_certainty = true;
    node->certainty = fits > 1 ? CERTAINTY_NAME_ONLY : fits ? CERTAINTY_LIKELY : CERTAINTY_EXTERNAL;
    node->reason = fits > 1 ? REASON_SEVERAL : fits ? REASON_LAYOUT : REASON_OUTSIDE;
}

static void take_own(const Around *a)
{
    Str text = world_text(a->code->world, a->file);
    TemplateScan scan = {.text = text};
    TemplatePart part;
    while (template_next_part(&scan, &part)) {
        NearNode node = node_of(a, a->file, text, part.span, part.file ? "import" : "");
        uint32_t to = 0;
        if (part.file) {
            size_t fits = count_named(a, node.path, node.name, &to);
            set_certainty(&node, fits);
            node.edge = EDGE_IMPORT;
            if (fits == 1) node.enclosing = code_keep(a->code, world_path(a->code->world, to));
        } else {
            node.kind = code_keep(a->code, part.tag);
            node.is_def = true;
        }
        a->take(a->arg, part.file ? NEAR_IMPORTS : NEAR_CHILDREN, &node);
    }
}

static void take_importers(const Around *a, uint32_t file, Str own)
{
    Str text = world_text(a->code->world, file);
    TemplateScan scan = {.text = text};
    TemplatePart part;
    uint32_t to = 0;
    while (template_next_part(&scan, &part)) {
        Str name = str_sub(text, part.span.start, part.span.end);
        if (!part.file || !path_is(own, name)) continue;
        NearNode node = node_of(a, file, text, part.span, "import");
        set_certainty(&node, count_named(a, node.path, name, &to));
        if (to != a->file) continue;
        node.edge = EDGE_IMPORT;
        a->take(a->arg, NEAR_IMPORTERS, &node);
    }
}

// Strings of a program that are the template's path, or an end of it.
static void take_strings(const Around *a, uint32_t file, Str own)
{
    World *world = a->code->world;
    Str text = world_text(world, file), base = path_file_name(own);
    uint32_t to = 0;
    for (size_t at = 0; at + base.len < text.len; at++) {
        const char *next = memchr(text.ptr + at, base.ptr[0], text.len - at);
        if (!next) return;
        at = (size_t)(next - text.ptr);
        size_t start = at, end = at + base.len;
        if (end >= text.len || memcmp(next, base.ptr, base.len) != 0) continue;
        while (start && !strchr("\"'`\n\r", text.ptr[start - 1])) start--;
        bool quoted =
            start && text.ptr[start - 1] == text.ptr[end] && strchr("\"'`", text.ptr[end]);
        Str name = str_sub(text, start, end);
        if (!quoted || !path_is(own, name)) continue;
        NearNode node = node_of(a, file, text, (Span){(uint32_t)start, (uint32_t)end}, "use");
        set_certainty(&node, count_named(a, node.path, name, &to));
        if (to != a->file) continue;
        const WorldFile *code = world_file(world, file);
        DefRef around = code ? enclosing_ref(code, (uint32_t)start) : (DefRef){file, WORLD_NONE};
        if (around.def != WORLD_NONE)
            node.enclosing = code_keep(a->code, world_qualified(world, code, around.def));
        a->take(a->arg, NEAR_REFERENCES, &node);
    }
}

static bool any_path(Str path)
{
    (void)path;
    return true;
}

void near_templates(Code *code, const CodeFilter *filter, uint32_t file, NearTake *take, void *arg)
{
    Around a = {code, filter, file, take, arg};
    Str own = world_path(code->world, file);
    if (!template_is_path(own)) return;
    take_own(&a);
    size_t count;
    const uint32_t *files = world_mentions(code->world, path_stem(own), any_path, &count);
    for (size_t i = 0; i < count; i++) {
        Str path = world_path(code->world, files[i]);
        LangId lang = world_lang(code->world, files[i]);
        if (!code_filter_takes(filter, path, lang)) continue;
        if (template_is_path(path)) take_importers(&a, files[i], own);
        else if (lang != LANG_NONE && lang_has_names(lang)) take_strings(&a, files[i], own);
    }
}
