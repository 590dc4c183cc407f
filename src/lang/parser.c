// lang/parser.c - one tree-sitter parse per file; extract.c walks the tree, settle.c orders the
// facts.
#include "lang/around.h"
#include "lang/naming.h"
#include "lang/walk.h"

enum { REPARSE_MAX_DEPTH = 8 };

Parser *parser_new(const Grammars *shared)
{
    Parser *parser = mem_alloc(sizeof *parser);
    parser->shared = shared;
    parser->ts = ts_parser_new();
    return parser;
}

void parser_free(Parser *parser)
{
    if (!parser) return;
    flat_fini(&parser->flat);
    ts_parser_delete(parser->ts);
    for (int i = 0; i < LANG_COUNT; i++) lease_release(&parser->leases[i]);
    arena_fini(&parser->drafts.room);
    arena_fini(&parser->masked_room);
    arena_fini(&parser->arena);
    mem_free(parser);
}

static const char *read_text(void *payload, uint32_t offset, TSPoint point, uint32_t *len)
{
    const Str *text = payload;
    (void)point;
    *len = offset < text->len ? (uint32_t)(text->len - offset) : 0;
    return *len ? text->ptr + offset : "";
}

static bool should_stop(TSParseState *state)
{
    return ctx_stopped(state->payload) != STOP_NONE;
}

// What the grammar is to see; lives until the next file.
static void mask_text(Parser *p, Str text)
{
    arena_reset(&p->masked_room);
    p->masked = text;
    if (p->grammar->spec->mask) p->masked = p->grammar->spec->mask(&p->masked_room, text);
}

static Fail parse(Ctx *cx, Parser *p, Str text, TSTree **out)
{
    TSInput input = {.payload = &text, .read = read_text, .encoding = TSInputEncodingUTF8};
    TSParseOptions options = {.payload = cx, .progress_callback = should_stop};
    TSTree *tree = ts_parser_parse_with_options(p->ts, NULL, input, options);
    if (!tree) {
        ts_parser_reset(p->ts);
        TRY(ctx_check(cx));
        return FAIL(cx->arena, INTERNAL, "the parser gave no tree");
    }
    *out = tree;
    return NULL;
}

TSTree *parser_parse_inside(Extract *x, TSNode node)
{
    TSRange range = {
        // without rows and columns, as in limit_to
        .start_byte = ts_node_start_byte(node) + 1,
        .end_byte = ts_node_end_byte(node) - 1,
    };
    TSTree *tree = NULL;
    if (!ts_parser_set_included_ranges(x->parser->ts, &range, 1)) return NULL;
    Fail fail = parse(x->cx, x->parser, x->text, &tree);
    ts_parser_set_included_ranges(x->parser->ts, NULL, 0);
    return fail ? NULL : tree;
}

bool extract_reparse(Extract *x, TSNode node)
{
    Parser *p = x->parser;
    if (p->inner_depth >= REPARSE_MAX_DEPTH) return false;
    if (ts_node_end_byte(node) < ts_node_start_byte(node) + 2) return false;
    TSTree *tree = parser_parse_inside(x, node);
    if (!tree) return false;
    TSNode root = ts_tree_root_node(tree);
    bool clean = !ts_node_has_error(root);
    if (clean) {
        FlatTree flat = p->flat;
        uint32_t at = p->at;
        Scope scope = x->scope;
        size_t frames = p->frames.len;
        p->flat = (FlatTree){0};
        flat_make(&p->flat, tree);
        p->inner_depth++;
        walk_begin(p);
        Fail fail = walk_tree(x);
        (void)fail; // stopped: the walk around this one will see it, too
        p->inner_depth--;
        p->frames.len = frames;
        x->scope = scope;
        flat_fini(&p->flat);
        p->flat = flat;
        p->at = at;
    }
    ts_tree_delete(tree);
    return clean;
}

static const Grammar *find_grammar(Ctx *cx, Parser *p, LangId lang)
{
    Cell *cell = p->shared ? p->shared->cells[lang] : NULL;
    Lease *lease = &p->leases[lang];
    if (cell && !cell_lease(cx, cell, lease)) return lease->value;
    return grammar_new(&p->arena, lang_spec(lang)); // closed just now, or the request has to stop
}

static void use_lang(Ctx *cx, Parser *p, LangId lang)
{
    if (!p->grammars[lang]) p->grammars[lang] = find_grammar(cx, p, lang);
    p->grammar = p->grammars[lang];
    if (p->lang != lang) ts_parser_set_language(p->ts, p->grammar->language);
    p->lang = lang;
}

static void start_file(Parser *p, const TSTree *tree)
{
    flat_make(&p->flat, tree);
    p->has_error = ts_node_has_error(p->flat.nodes->node);
    p->error_count = 0;
    p->comments = p->prefix = p->docstring = (Span){0};
    p->wrap = WALK_NOWHERE;
    p->skip_to = 0;
    walk_begin(p);
}

// The parser sees `spans` of the text as if there were nothing in between. Rows and columns are
// left at zero: facts are made of byte offsets, and no scanner of a brace language asks for a
// column.
static void limit_to(Ctx *cx, Parser *p, Spans spans)
{
    TSRange *ranges = ARENA_ARRAY(cx->arena, TSRange, spans.count);
    for (size_t i = 0; i < spans.count; i++) {
        ranges[i].start_byte = spans.items[i].start;
        ranges[i].end_byte = spans.items[i].end;
    }
    ts_parser_set_included_ranges(p->ts, ranges, (uint32_t)spans.count);
}

static Fail check_size(Ctx *cx, LangId lang, Str text)
{
    if (!lang_spec(lang)) return FAIL(cx->arena, BAD_REQUEST, "this text has no known language");
    if (text.len > FACTS_LARGEST_FILE)
        return FAIL(cx->arena, TOO_LARGE, "%zu bytes; a file to be parsed has at most %d", text.len,
                    FACTS_LARGEST_FILE);
    return NULL;
}

// `names` may be NULL.
static Fail extract(Ctx *cx, Parser *p, LangId lang, Str text, const Spans *spans, Facts *out,
                    Names *names)
{
    TRY(check_size(cx, lang, text));
    use_lang(cx, p, lang);
    if (spans) limit_to(cx, p, *spans);
    TSTree *tree = NULL;
    mask_text(p, text);
    Fail stopped = parse(cx, p, p->masked, &tree);
    if (spans) ts_parser_set_included_ranges(p->ts, NULL, 0);
    if (stopped) return stopped;
    start_file(p, tree);
    Extract x = {.cx = cx, .text = text, .parser = p, .scope = {.draft = -1, .kind = DEF_KINDS}};
    x.has_error = p->has_error;
    // What a lenient language hides are macros; elsewhere it may be an error that was mended.
    const LangSpec *spec = p->grammar->spec;
    if (p->masked.ptr != text.ptr && !spec->lenient && !spec->masks_code) p->error_count++;
    Fail fail = walk_tree(&x);
    if (!fail) {
        Facts facts = {.lang = lang, .partial = p->error_count > 0, .error_count = p->error_count};
        drafts_settle(&p->drafts, cx->arena, p->grammar->spec, text, &facts);
        *out = facts;
        if (names) fail = naming_walk(&x, out, names);
    }
    ts_tree_delete(tree);
    flat_clear(&p->flat);
    p->frames.len = p->keywords.len = 0;
    if (drafts_clear(&p->drafts)) { // their memory went with it
        p->frames.items = NULL, p->frames.cap = 0;
        p->keywords.items = NULL, p->keywords.cap = 0;
    }
    return fail;
}

Fail facts_extract(Ctx *cx, Parser *p, LangId lang, Str text, Facts *out)
{
    return extract(cx, p, lang, text, NULL, out, NULL);
}

Fail names_extract(Ctx *cx, Parser *p, LangId lang, Str text, Facts *facts, Names *names)
{
    return extract(cx, p, lang, text, NULL, facts, names);
}

bool lang_has_names(LangId lang)
{
    const LangSpec *spec = lang_spec(lang);
    return spec && spec->names;
}

Fail facts_extract_around(Ctx *cx, Parser *p, LangId lang, Str text, const uint32_t *offsets,
                          size_t count, Facts *out)
{
    Spans spans = around_spans(cx->arena, lang, text, offsets, count);
    bool whole = spans.count == 1 && spans.items[0].end - spans.items[0].start == text.len;
    return extract(cx, p, lang, text, whole ? NULL : &spans, out, NULL);
}

Fail parser_tree(Ctx *cx, Parser *p, LangId lang, Str text, TSTree **out)
{
    TRY(check_size(cx, lang, text));
    use_lang(cx, p, lang);
    return parse(cx, p, text, out);
}

Fail facts_parse_only(Ctx *cx, Parser *p, LangId lang, Str text)
{
    TSTree *tree = NULL;
    TRY(parser_tree(cx, p, lang, text, &tree));
    ts_tree_delete(tree);
    return NULL;
}
