// lang/settle.h - from what the walk collected to Facts.
#ifndef CQ_LANG_SETTLE_H
#define CQ_LANG_SETTLE_H

#include "base/vec.h"
#include "lang/spec.h"

typedef struct OrderKey { // one item while it is brought into order
    uint32_t start, end, index;
} OrderKey;

typedef struct Drafts { // in the order of the walk; the vectors are reused for the next file
    Arena room;         // their memory
    VEC(DefDraft) defs;
    VEC(Call) calls;
    VEC(Import) imports;
    VEC(TextSpan) spans;
    VEC(uint32_t) lines; // start offset of each line
    VEC(OrderKey) keys;
    VEC(int32_t) stack;
} Drafts;

// Empties everything; true when it also freed `room`, which only a huge file makes large.
bool drafts_clear(Drafts *drafts);

// Orders everything, finds parents and enclosing definitions, lines, qualified names, signatures.
// Arrays and new strings live in `arena`.
void drafts_settle(Drafts *drafts, Arena *arena, const LangSpec *spec, Str text, Facts *out);

// White space folded to single blanks, cut at `limit` bytes with "..."; borrows when it can.
Str fold_text(Arena *arena, Str text, size_t limit);
// The signature that source text without comments makes.
Str signature_fold(Arena *arena, Str text);

#endif
