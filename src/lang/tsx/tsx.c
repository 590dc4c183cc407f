// lang/tsx/tsx.c - TypeScript with JSX: the rules of both.
#include "lang/javascript/names.h"

const TSLanguage *tree_sitter_tsx(void);

static const Rule rules[] = {
#include "lang/javascript/jsx.def"
#include "lang/javascript/rules.def"
#include "lang/typescript/rules.def"
    {0},
};

static const char *const fields[] = {JS_FIELDS(JS_NAME_OF) TS_FIELDS(JS_NAME_OF) NULL};
static const char *const symbols[] = {JS_SYMBOLS(JS_NAME_OF) TS_SYMBOLS(JS_NAME_OF) NULL};
static const char *const doc_markers[] = {"/**", NULL};
static const char *const extensions[] = {"tsx", NULL};

const LangSpec lang_tsx_spec = {
    .name = "tsx",
    .extensions = extensions,
    .grammar = tree_sitter_tsx,
    .separator = ".",
    .doc_markers = doc_markers,
    .doc_comments = true,
    .rules = rules,
    .fields = fields,
    .symbols = symbols,
    .names = tsx_name_rules,
};
