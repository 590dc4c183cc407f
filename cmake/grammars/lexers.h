// cmake/grammars/lexers.h - included in front of every parser.c: what its lexer spends most on.
//
// Lexers ask of each byte of a name whether it is in a set of some 700 ranges of Unicode, by halving
// all of them. What ASCII has of them stands in the first few.
#define set_contains set_contains_any
#include "tree_sitter/parser.h"
#undef set_contains

static inline bool set_contains(const TSCharacterRange *ranges, uint32_t len, int32_t c)
{
    if (c >= 128) return set_contains_any(ranges, len, c);
    for (uint32_t i = 0; i < len && ranges[i].start <= c; i++)
        if (c <= ranges[i].end) return true;
    return false;
}

// And they go on by a character: advance.c.
void cq_lexer_advance(void *lexer, bool skip);

#undef START_LEXER
#define START_LEXER()                                                                             \
    bool result = false, skip = false;                                                            \
    UNUSED bool eof = false;                                                                      \
    int32_t lookahead;                                                                            \
    goto start;                                                                                   \
next_state:                                                                                       \
    cq_lexer_advance(lexer, skip);                                                                \
start:                                                                                            \
    skip = false;                                                                                 \
    lookahead = lexer->lookahead;
