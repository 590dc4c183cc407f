// lang/template.h - what the expressions of a template use: {{ f(x) | g }}, {% tag 'name' %}.
//
//   text --template_next--> TemplateUse: a call, a filter, a tag, a name in a string
//
// For the family of Jinja, Django, Nunjucks, Twig and Liquid. {# comments #} and what stands
// between {% raw %} or {% verbatim %} and its end are passed over. Nothing is parsed: brackets,
// strings and names are told apart, and that is enough to say where a function is named.
//
// Threads: pure. Memory: none; what is found borrows the text.
#ifndef CQ_LANG_TEMPLATE_H
#define CQ_LANG_TEMPLATE_H

#include "lang/facts.h"

typedef enum TemplateKind {
    TEMPLATE_CALL,   // name(...), or receiver.name(...)
    TEMPLATE_FILTER, // x | name, x is name
    TEMPLATE_TAG,    // {% name ... %}
    TEMPLATE_STRING, // the first string in a call or tag: the name behind its last '.' or ':'
} TemplateKind;

typedef struct TemplateUse {
    TemplateKind kind;
    Span span;   // of the name
    Span full;   // with its arguments: of calls; else as span
    bool member; // of a receiver: a.name(...)
    Str callee;  // of a string: the call or tag that it is handed to
    uint32_t positional;
    bool star, star_star;
} TemplateUse;

typedef struct TemplateScan { // start with the text, and zero
    Str text;
    size_t at;   // where it looks next
    size_t end;  // of the expression that it is in; 0: in none
    bool tag;    // the next name is that of a tag
    bool handed; // the next string is the first one handed to `callee`
    char before; // the last byte that was no blank
    Str callee;
} TemplateScan;

typedef struct TemplatePart { // what a template names of others, and offers to them
    Str tag;                  // "extends", "include", "import", "from", ...; "block", "macro"
    Span span;                // the file's name without its quotes; else the name
    bool file;
} TemplatePart;

// {% extends "base.html" %}, {% include ["a.html", "b.html"] %}, {% block title %}, {% macro f()
// %}.
bool template_next_part(TemplateScan *scan, TemplatePart *out); // false at the end

bool template_is_path(Str path);                          // by its ending: .html, .jinja2 ...
bool template_next(TemplateScan *scan, TemplateUse *out); // false at the end
// The keywords of a call, f(x, key=y): at most `cap`; how many it has.
uint32_t template_keywords(Str text, const TemplateUse *call, Str *out, uint32_t cap);

#endif
