// service/find_lines.h - the lines of a file that an answer shows, and what they say of a question.
//
//   file --source_read--> its text, as far as it is needed --source_lines--> the lines of a chunk
//   question's terms --line_terms_init--> LineTerms --line_weight--> how much of it a line holds
//
// Most of a file and most of its words are passed over: what is not shown is only counted by lines,
// and a word is taken apart only when one of its parts begins as a term does. (Stemming leaves the
// first two letters of a word as they are, but for a 'y' that becomes an 'i'.)
//
// Threads: pure, but for source_read. Memory: the arena's. Blocks: source_read on the disk.
#ifndef CQ_SERVICE_FIND_LINES_H
#define CQ_SERVICE_FIND_LINES_H

#include "base/map.h"
#include "base/os.h"
#include "retrieve/lexical.h"

typedef struct Source {
    Str text;             // up to the end of a line that was asked for, or more
    const uint32_t *ends; // by block of 4096 bytes: how many lines end before its end
} Source;

typedef struct SourceLines { // the lines first .. first + count - 1
    Str text;
    uint32_t first, count;
    const uint32_t *starts; // of each, and one more
} SourceLines;

// Reads until `last_line` ends. On failure *out is empty. Fails: NOT_FOUND, IO; TOO_LARGE (more
// than `most` bytes).
MUST_CHECK Fail source_read(Ctx *cx, OsFile dir, const char *path, uint64_t most,
                            uint32_t last_line, Source *out);
SourceLines source_lines(Arena *arena, const Source *source, uint32_t first, uint32_t last);
Str source_line(const SourceLines *lines, uint32_t line); // without its end; empty: not there

typedef struct LineTerms {
    const Lexical *lexical;
    uint8_t fold[256];    // of letters: in lower case, and 'y' as 'i'
    uint64_t pairs[1024]; // of two folded bytes: whether a term begins with them
    Arena *arena;
    Map known; // words that were taken apart: NONE, SEVERAL, or which term it has
} LineTerms;

// Lines that are weighed must live as long as it does.
void line_terms_init(Arena *arena, const Lexical *lexical, LineTerms *out);
// The sum of the weights of the terms that the line has, each once.
double line_weight(LineTerms *terms, Str line);

#endif
