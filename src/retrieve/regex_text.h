// retrieve/regex_text.h - what can be learnt from a regular expression without running it.
//
// Pure. The expression must be one that PCRE2 has accepted.
#ifndef CQ_RETRIEVE_REGEX_TEXT_H
#define CQ_RETRIEVE_REGEX_TEXT_H

#include "retrieve/scan.h"

typedef struct RegexText {
    // Literals of which every match must hold one; count 0 when none could be found.
    NeedleSet literals;
    // The same expression, rewritten so that no part of it can match a line end. Only valid when
    // `one_line`; an expression with look-around, for one, sees past the line.
    Str rewritten;
    bool one_line;
    bool wants_line_end; // it asks for \n, which no match within a line can hold
    bool has_upper;      // a literal upper-case letter: smart case then keeps case
} RegexText;

void regex_text_analyse(Arena *arena, Str regex, bool fold, RegexText *out);

#endif
