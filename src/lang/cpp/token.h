// lang/cpp/token.h - C++ as tokens, for what is done without the grammar.
#ifndef CQ_LANG_CPP_TOKEN_H
#define CQ_LANG_CPP_TOKEN_H

#include "base/str.h"

// kinds of Token; any other one is the character itself
enum { END = 0, NAME = 'a', NUMBER = '0', STRING = '"', DIRECTIVE = '#', SCOPE = 'S' };

typedef struct Token {
    uint32_t start, end;
    char kind;
} Token;

// The token at or behind `at`; white space and comments are skipped. END at the end of the text.
Token token_next(Str text, uint32_t at);
bool token_is(Str text, Token token, const char *word);
bool token_in(Str text, Token token, const char *const *words); // ends with NULL
// Behind the group that `open` begins, or open.end when it is too long or holds a statement.
uint32_t token_skip_group(Str text, Token open, char closer);
Token token_behind_name(Str text, Token name); // behind the rest of a name: ::b<int>
bool token_starts_line(Str text, uint32_t at);

#endif
