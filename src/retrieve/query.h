// retrieve/query.h - what a question asks for, without looking at any index.
//
//   "How does App.run handle HTTPErrors?"
//     terms  app run handl http error =httperrors   (stop words dropped; stemmed)
//     joins  =app.. run+handle -> =runhandle, =run_handle, runhandl (half weight, if they exist)
//     names  run in App (qualified: strong), HTTPErrors (a hump: strong)
//     refs   App.run, which is no file: the corpus tells (retrieve/rank_refs.c)
//
// Threads: pure. Memory: arena; borrows the text.
#ifndef CQ_RETRIEVE_QUERY_H
#define CQ_RETRIEVE_QUERY_H

#include "base/str.h"

typedef enum QueryKind {
    QUERY_WORDS,  // natural language
    QUERY_SYMBOL, // one word that is an identifier, maybe a qualified one
    QUERY_PATH,   // names a file
    QUERY_ERROR,  // an error message
    QUERY_TRACE,  // a stack trace
} QueryKind;
const char *query_kind_name(QueryKind kind);

typedef struct QueryTerm {
    Str text;      // as terms_of_word gives it
    float weight;  // 1; less for what says little: joined, the class of an error
    bool plain;    // a word or part of one; else a joined term
    bool optional; // an absent one is not missed
} QueryTerm;

typedef struct QueryName { // an identifier that may be defined somewhere
    Str name, parent;      // parent: "App" of App.run, or empty
    float strength;        // 1: surely an identifier; 0.5: a capitalised word
} QueryName;

typedef struct QueryRef { // what may be a file: "src/dict.c:700", 'File "app.py", line 12'
    Str path;             // with '/'; some of its first folders may be another machine's
    uint32_t line;        // 0: none
} QueryRef;

typedef struct Query {
    Str text;
    QueryKind kind;
    bool one_word;
    const QueryTerm *terms; // distinct; plain ones in the order of the question
    size_t term_count;
    const QueryName *names;
    size_t name_count;
    const QueryRef *refs; // as they stand in the question
    size_t ref_count;
    bool inner_last;       // a trace whose last frame is the innermost one (Python)
    unsigned wanted_paths; // PathFlags that it asks for ("tests for ..."): no penalty for them
    bool wants_docs;       // README, changelog, guide ...
} Query;

enum {
    QUERY_LONGEST = 16 << 10,
    QUERY_MOST_TERMS = 64,
    QUERY_MOST_NAMES = 32,
    QUERY_MOST_REFS = 32
};

// What is over the limits is cut.
Query query_analyse(Arena *arena, Str text);

#endif
