// lang/facts.h - what one parse says about one file.
//
// Offsets are bytes into the text, half open; lines count from 1, columns are bytes from 0.
// All arrays are in the order of their start offset, the outer one first; calls in the order of
// name_span.start. Definitions nest: a full span lies wholly inside or outside another.
// Memory: everything lives in the arena of the extraction; Str values that are verbatim source
//         borrow the text. Threads: frozen once returned.
#ifndef CQ_LANG_FACTS_H
#define CQ_LANG_FACTS_H

#include "base/ctx.h"
#include "lang/lang.h"

typedef enum DefKind {
#define DEF_KIND(id, name) DEF_##id,
#include "lang/def_kinds.def"
#undef DEF_KIND
    DEF_KINDS
} DefKind;

const char *def_kind_name(DefKind kind); // "function"

typedef struct Span {
    uint32_t start, end;
} Span;

typedef struct Def {
    DefKind kind;
    Str name;
    Str qualified;  // enclosing names joined by the language's separator: "App.run", "a::b"
    Str signature;  // one line, white space folded, without the body
    Str doc;        // doc comment or docstring as written, or empty
    Span full;      // from the first decorator or modifier to the end of the body
    Span name_span; // of the name itself
    uint32_t line, end_line; // of `full`'s definition line (the line of the name) and its end
    uint32_t start_line;     // first line of `full`
    uint32_t col;            // of the name
    int32_t parent;          // index of the enclosing definition, -1 at the top
    bool declaration;        // a prototype, forward declaration or overload: no body
} Def;

typedef struct Call {
    Span full;           // callee and arguments
    Span name_span;      // the last name of the callee
    Str callee;          // as written, white space folded, at most 200 bytes
    Str name;            // last name: "c" of a.b.c(...)
    Str receiver;        // what stands before the last name: "a.b"; empty for a plain name
    const Str *keywords; // names of keyword arguments
    uint32_t keyword_count;
    uint32_t arg_count;   // positional arguments, spreads not counted
    bool star, star_star; // *args / ...rest, **kwargs
    bool macro;           // Rust name!(...)
    uint32_t line;
    int32_t enclosing; // index of the enclosing definition, -1 at the top
} Call;

typedef struct Import { // one row a name: `from m import a as b, c` gives two
    Span full;          // the whole statement
    Span name_span;     // the imported name, or the module when there is none
    Str module;         // "os.path", "./util", "<stdio.h>" without the brackets or quotes
    Str name;           // imported symbol; empty when the module itself is imported; "*" for all
    Str alias;          // local name when it differs; empty otherwise
    uint32_t line;
} Import;

typedef enum SpanKind {
    SPAN_COMMENT,
    SPAN_DOCSTRING, // documentation: Python docstrings, /** */, ///, doc comments before a
                    // definition
    SPAN_STRING,
    SPAN_CODE,       // code inside a string: f-string and template interpolations
    SPAN_ANNOTATION, // a type written for a name: parameters, returns, fields, variables
} SpanKind;

typedef struct TextSpan { // may nest; the innermost one that holds an offset wins
    SpanKind kind;
    Span span;
    int32_t outer; // index of the span around it, -1 when there is none
} TextSpan;

typedef struct Facts {
    LangId lang;
    bool partial;         // the parse met syntax errors; facts come from the good parts
    uint32_t error_count; // ERROR and MISSING nodes
    const Def *defs;
    const Call *calls;
    const Import *imports;
    const TextSpan *spans;
    uint32_t def_count, call_count, import_count, span_count;
} Facts;

// A parser to be reused by one thread: it owns the grammar session.
typedef struct Parser Parser;
typedef struct Grammars Grammars; // lang/grammars.h
// Takes its rules from `shared`, which may be NULL and must outlive it.
Parser *parser_new(const Grammars *shared);
void parser_free(Parser *parser); // NULL is fine

enum { FACTS_LARGEST_FILE = 16 << 20 }; // bytes; a tree needs about 40 times the source

// Parses `text` once and fills `out` in cx->arena. Never drops a file for syntax errors.
// Fails: TOO_LARGE over FACTS_LARGEST_FILE, CANCELLED when cx stops it, BAD_REQUEST for LANG_NONE.
MUST_CHECK Fail facts_extract(Ctx *cx, Parser *parser, LangId lang, Str text, Facts *out);
// The same, but only what is needed to tell what stands at `offsets` (ascending): bodies and items
// that hold none of them are not looked into, so other definitions may be missing. Several times
// faster; lang/around.h says how.
MUST_CHECK Fail facts_extract_around(Ctx *cx, Parser *parser, LangId lang, Str text,
                                     const uint32_t *offsets, size_t count, Facts *out);
// Parses and drops the tree: what extraction is measured against.
MUST_CHECK Fail facts_parse_only(Ctx *cx, Parser *parser, LangId lang, Str text);

// The innermost definition whose full span holds `offset`, or -1.
int32_t facts_enclosing(const Facts *facts, uint32_t offset);

// What stands at an offset, decided by the facts.
typedef enum Category {
#define CATEGORY(id, name) CATEGORY_##id,
#include "lang/categories.def"
#undef CATEGORY
    CATEGORIES
} Category;

const char *category_name(Category category); // "definition"

// The category of a hit at [span.start, span.end). *def receives the index of the definition that
// it names, or -1. A hit of several tokens is judged by its first name, or by the first one that is
// a definition, a call or an import: "def run(", "int run", "return run(".
Category facts_classify(const Facts *facts, Str text, Span span, int32_t *def);

#endif
