// lang/shown_call.h - a call as one would read it from the text alone: brackets, commas, keywords.
//
// A guess: comments, generics and lambdas can mislead it. What is kept of calls (names_wire.c) is
// compared with it, and only what it does not show is written.
//
// Threads: pure. Memory: a value.
#ifndef CQ_LANG_SHOWN_CALL_H
#define CQ_LANG_SHOWN_CALL_H

#include "lang/facts.h"

enum { SHOWN_KEYWORDS = 16 };

typedef struct ShownCall {
    uint32_t end, args; // positional ones
    bool star, star_star, macro;
    uint32_t keyword_count;
    Span keywords[SHOWN_KEYWORDS];
} ShownCall;

// Of what ends at `at`. False when no call stands there, or it is too long to be looked at.
bool shown_call(Str text, LangId lang, uint32_t at, ShownCall *out);

#endif
