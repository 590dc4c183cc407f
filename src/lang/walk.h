// lang/walk.h - what parser.c (the parse) and extract.c (the walk) share.
#ifndef CQ_LANG_WALK_H
#define CQ_LANG_WALK_H

#include "lang/flat.h"
#include "lang/grammar.h"
#include "lang/grammars.h"
#include "lang/settle.h"

#define WALK_NOWHERE UINT32_MAX // an offset or depth that nothing has

typedef struct Frame { // one node that opened something
    uint32_t depth;    // of the node
    RuleKind kind;
    TSFieldId type;  // children in this field are annotations
    TSFieldId args;  // CALL: the field of the arguments
    uint32_t call;   // CALL, ARGS: index of the draft
    size_t keywords; // CALL: how many there were before
    Scope outer;
} Frame;

struct Parser { // owner thread
    TSParser *ts;
    FlatTree flat;                       // of the tree being walked
    uint32_t at;                         // index of the node being visited or left
    LangId lang;                         // that `ts` is set to
    const Grammars *shared;              // may be NULL
    Lease leases[LANG_COUNT];            // of `shared`
    Arena arena;                         // of grammars that are not shared
    const Grammar *grammars[LANG_COUNT]; // found or made on first use
    Drafts drafts;
    // of the current file; frames and keywords keep their memory in drafts.room
    const Grammar *grammar;
    Arena masked_room;
    Str masked; // what the grammar sees: the text itself, or a copy in masked_room
    VEC(Frame) frames;
    VEC(Str) keywords; // of the open calls
    uint32_t error_count;
    bool has_error;
    int inner_depth;    // of extract_reparse
    uint32_t open_call; // the last call recorded by the walk
    Span comments;      // the last block of comments that stand alone on their lines
    Span prefix;        // the last run of prefixes and the comments in it
    Span prefix_doc;    // the comment block above it
    uint32_t wrap;      // where the wrapper of the next definition starts, or NOWHERE
    Span wrap_doc;      // the comment block above it
    uint32_t skip_to;   // nodes that end at or before it are not visited
    Span docstring;     // strings in here are documentation
};

// Visits the nodes of parser->flat and fills parser->drafts.
// Fails: CANCELLED.
MUST_CHECK Fail walk_tree(Extract *x);
// The tree of the text as it is, nothing masked; ts_tree_delete it.
// Fails: TOO_LARGE, CANCELLED, BAD_REQUEST for LANG_NONE.
MUST_CHECK Fail parser_tree(Ctx *cx, Parser *parser, LangId lang, Str text, TSTree **out);
// A frame that no node is a child of, so that there always is a top one.
void walk_begin(Parser *parser);

// The tree of what stands between the brackets of `node`. NULL when the parse was stopped: the walk
// around it will see that, too.
TSTree *parser_parse_inside(Extract *x, TSNode node);

#endif
