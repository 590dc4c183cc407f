// retrieve/pattern.h - what to look for in text: a name, a literal or a regular expression.
//
//   pattern_compile (once) --> Pattern (frozen) --> matcher_new (one a thread) --> matcher_scan
//
// Matches stay within one line. Lines end in LF or CRLF; neither belongs to the line.
// Threads: a Pattern is shared; a Matcher belongs to one thread.
// Memory:  a Pattern lives in the arena it was compiled in (released with it); a Matcher in its
// own.
#ifndef CQ_RETRIEVE_PATTERN_H
#define CQ_RETRIEVE_PATTERN_H

#include "base/ctx.h"
#include "retrieve/scan.h"

typedef enum PatternMode {
    PATTERN_AUTO,       // by shape
    PATTERN_IDENTIFIER, // a name, perhaps dotted: matched as a whole word
    PATTERN_LITERAL,
    PATTERN_REGEX,
} PatternMode;

const char *pattern_mode_name(PatternMode mode); // "identifier"

typedef enum CaseMode { CASE_SMART, CASE_IGNORE, CASE_EXACT } CaseMode;

typedef struct PatternSpec {
    Str text;
    PatternMode mode;
    bool word;          // whole words only, whatever the mode
    CaseMode case_mode; // smart: ignored unless the text has an upper-case letter
} PatternSpec;

typedef struct Pattern Pattern;

// Identifier if it is a name or dotted name; regex if it holds one of *+?[]{}()|^$\ ; else literal.
PatternMode pattern_shape(Str text);

// Fails: BAD_PATTERN (empty, not UTF-8, a line end in it, regex syntax: ext "offset", "reason"),
// TOO_LARGE (over 64 KiB).
MUST_CHECK Fail pattern_compile(Ctx *cx, const PatternSpec *spec, const Pattern **out);

PatternMode pattern_mode(const Pattern *pattern); // as decided
bool pattern_word(const Pattern *pattern);
bool pattern_ignores_case(const Pattern *pattern);

// Literals of which a text must hold one to have any match; NULL when that cannot be told. With
// `fold`, letters match either case, and k and s what Unicode folds to them.
const NeedleSet *pattern_needles(const Pattern *pattern);

typedef struct Match { // byte offsets into the text; empty when start == end
    size_t start, end;
} Match;

// Returns false to end the scan.
typedef bool (*MatchFn)(void *arg, Match match);

typedef struct Matcher Matcher;
Matcher *matcher_new(Arena *arena, const Pattern *pattern);

typedef enum ScanEnd { SCAN_DONE, SCAN_TOO_COSTLY } ScanEnd;

// Calls fn for every match, in order, without overlaps. `ascii` says that no byte is above 0x7F.
// An expression that can match nothing gives one empty match for a line without another one.
// SCAN_TOO_COSTLY: PCRE2's match limit was reached; what came before stands.
ScanEnd matcher_scan(Matcher *matcher, const char *text, size_t len, bool ascii, MatchFn fn,
                     void *arg);

#endif
