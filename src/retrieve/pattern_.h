// retrieve/pattern_.h - private to pattern.c and matcher.c.
#ifndef CQ_RETRIEVE_PATTERN__H
#define CQ_RETRIEVE_PATTERN__H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "retrieve/pattern.h"
#include "retrieve/regex_text.h"

// A backtracking step limit: about 20 ms of work on one line. PCRE2's default is 10,000,000.
enum { MATCH_LIMIT = 1000000 };

struct Pattern { // frozen
    PatternMode mode;
    bool word, fold;
    const ScanImpl *scan;
    NeedleSet needles; // literal modes: the literal (or its first 64 bytes); regex: what to find
    Str literal;       // literal modes: all of it, lower case when `fold`
    bool fold_hazard;  // fold and a letter that Unicode also folds to a non-ASCII one (k, s)
    NeedleSet hazards; // those two, the Kelvin sign and the long s
    // in text that is all ASCII / in other text; either may be NULL when never needed
    pcre2_code *ascii_code, *utf_code;
    pcre2_code *ascii_buffer_code, *utf_buffer_code; // cannot cross a line end: run on whole texts
    pcre2_code *word_char;                           // one Unicode word character, for `word`
};

#endif
