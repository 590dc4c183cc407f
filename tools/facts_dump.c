// tools/facts_dump.c - cq-facts [--names] [--lang L] FILE: all facts of one file as JSON, for
// goldens and people; --names: its names, as lines (tools/names_dump.h).
//
// Offsets are bytes, lines count from 1, columns from 0. FILE may be "-" for standard input (with
// --lang). Exit: 0, or the code of the problem (base/problem.def), which goes to stderr as JSON.
#include <stdio.h>

#include "base/json.h"
#include "base/os.h"
#include "lang/facts.h"
#include "tools/names_dump.h"

static const char *const span_names[] = {
    [SPAN_COMMENT] = "comment", [SPAN_DOCSTRING] = "docstring",   [SPAN_STRING] = "string",
    [SPAN_CODE] = "code",       [SPAN_ANNOTATION] = "annotation",
};

static void put_span(JsonWriter *w, const char *key, Span span)
{
    json_key(w, key);
    int indent = w->indent;
    w->indent = 0;
    json_begin_array(w);
    json_write_int(w, span.start);
    json_write_int(w, span.end);
    json_end(w);
    w->indent = indent;
}

static void put_text(JsonWriter *w, const char *key, Str value) // empty ones are left out
{
    if (value.len) json_member_str(w, key, value);
}

static void put_flag(JsonWriter *w, const char *key, bool value) // false is left out
{
    if (value) json_member_bool(w, key, value);
}

static void put_def(JsonWriter *w, const Def *def)
{
    json_member_str(w, "kind", str_from(def_kind_name(def->kind)));
    json_member_str(w, "name", def->name);
    json_member_str(w, "qualified", def->qualified);
    json_member_str(w, "signature", def->signature);
    put_text(w, "doc", def->doc);
    put_flag(w, "declaration", def->declaration);
    json_member_int(w, "start_line", def->start_line);
    json_member_int(w, "line", def->line);
    json_member_int(w, "col", def->col);
    json_member_int(w, "end_line", def->end_line);
    json_member_int(w, "parent", def->parent);
    put_span(w, "full", def->full);
    put_span(w, "name_span", def->name_span);
}

static void put_call(JsonWriter *w, const Call *call)
{
    json_member_str(w, "callee", call->callee);
    json_member_str(w, "name", call->name);
    put_text(w, "receiver", call->receiver);
    json_member_int(w, "args", call->arg_count);
    if (call->keyword_count) {
        json_key(w, "keywords");
        json_begin_array(w);
        for (uint32_t i = 0; i < call->keyword_count; i++) json_write_str(w, call->keywords[i]);
        json_end(w);
    }
    put_flag(w, "star", call->star);
    put_flag(w, "star_star", call->star_star);
    put_flag(w, "macro", call->macro);
    json_member_int(w, "line", call->line);
    json_member_int(w, "enclosing", call->enclosing);
    put_span(w, "full", call->full);
    put_span(w, "name_span", call->name_span);
}

static void put_import(JsonWriter *w, const Import *import)
{
    json_member_str(w, "module", import->module);
    put_text(w, "name", import->name);
    put_text(w, "alias", import->alias);
    json_member_int(w, "line", import->line);
    put_span(w, "full", import->full);
    put_span(w, "name_span", import->name_span);
}

static void put_text_span(JsonWriter *w, const TextSpan *span, Str text)
{
    enum { SHOWN_BYTES = 60 };
    Str shown = str_sub(text, span->span.start, span->span.end);
    json_member_str(w, "kind", str_from(span_names[span->kind]));
    shown.len = utf8_cut(shown, SHOWN_BYTES);
    json_member_str(w, "text", shown);
    json_member_int(w, "outer", span->outer);
    put_span(w, "span", span->span);
}

// An array of objects, one a line.
#define PUT_ARRAY(w, key, items, count, put)                                                       \
    do {                                                                                           \
        json_key((w), (key));                                                                      \
        json_begin_array(w);                                                                       \
        for (uint32_t i_ = 0; i_ < (count); i_++) {                                                \
            open_row(w);                                                                           \
            put;                                                                                   \
            close_row(w);                                                                          \
        }                                                                                          \
        json_end(w);                                                                               \
    } while (0)

static void open_row(JsonWriter *w)
{
    json_begin_object(w);
    w->indent = 0;
}

static void close_row(JsonWriter *w)
{
    json_end(w);
    w->indent = 1;
}

static Str facts_json(Arena *arena, const Facts *facts, Str text)
{
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf};
    json_begin_object(&w);
    json_member_str(&w, "lang", str_from(lang_name(facts->lang)));
    json_member_int(&w, "errors", facts->error_count);
    w.indent = 1;
    PUT_ARRAY(&w, "defs", facts->defs, facts->def_count, put_def(&w, &facts->defs[i_]));
    PUT_ARRAY(&w, "calls", facts->calls, facts->call_count, put_call(&w, &facts->calls[i_]));
    PUT_ARRAY(&w, "imports", facts->imports, facts->import_count,
              put_import(&w, &facts->imports[i_]));
    PUT_ARRAY(&w, "spans", facts->spans, facts->span_count,
              put_text_span(&w, &facts->spans[i_], text));
    json_end(&w);
    buf_byte(&buf, '\n');
    return buf_str(&buf);
}

static Fail pick_lang(Ctx *cx, Str wanted, Str path, Str text, LangId *lang)
{
    *lang = lang_detect(path, str_sub(text, 0, 64 << 10));
    if (!wanted.ptr || lang_by_name(wanted, lang)) return NULL;
    Str near = lang_nearest_name(wanted);
    return FAIL(cx->arena, BAD_REQUEST, "no language " STR_FMT "%s" STR_FMT, STR_ARG(wanted),
                near.len ? "; did you mean " : "", STR_ARG(near));
}

static Fail dump(Ctx *cx, Parser *parser, Str wanted, bool as_names, const char *path)
{
    enum { LARGEST_FILE = 64 << 20 };
    Str text;
    LangId lang;
    Facts facts;
    Names names;
    if (!strcmp(path, "-")) TRY(os_read_all(cx, OS_STDIN, LARGEST_FILE, &text));
    else TRY(os_read_file(cx, OS_CWD, path, LARGEST_FILE, &text));
    TRY(pick_lang(cx, wanted, str_from(path), text, &lang));
    TRY(names_extract(cx, parser, lang, text, &facts, &names));
    Str out = as_names ? names_dump(cx->arena, &facts, &names, text)
                       : facts_json(cx->arena, &facts, text);
    return os_write(cx, OS_STDOUT, out);
}

static int report(Ctx *cx, Fail fail)
{
    if (!fail) return 0;
    Str json = problem_to_json(cx->arena, fail);
    fprintf(stderr, STR_FMT "\n", STR_ARG(json));
    return problem_spec(fail->kind)->exit_code;
}

int main(int argc, char **argv)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Str lang = STR_NONE;
    int at = 1, code = 0;
    bool as_names = argc > 1 && !strcmp(argv[1], "--names");
    if (as_names) at++;
    if (argc > at + 2 && !strcmp(argv[at], "--lang")) {
        lang = str_from(argv[at + 1]);
        at += 2;
    }
    Parser *parser = parser_new(NULL);
    if (at >= argc || (argv[at][0] == '-' && argv[at][1]))
        code =
            report(&cx, FAIL(&arena, BAD_REQUEST, "usage: cq-facts [--names] [--lang L] FILE..."));
    else
        for (; at < argc && !code; at++) {
            code = report(&cx, dump(&cx, parser, lang, as_names, argv[at]));
            arena_reset(&arena);
        }
    parser_free(parser);
    arena_fini(&arena);
    return code;
}
