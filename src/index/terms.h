// index/terms.h - words of text and the terms they are found by.
//
//   "getHTTPServer_v2 = x"  --terms_next_word-->  getHTTPServer_v2 | x
//   getHTTPServer_v2        --terms_of_word-->    get http server v2 ... and =gethttpserver_v2
//
// A word is a run of letters, digits, '_' and '$' that does not begin with a digit, or a run of
// digits. Bytes of UTF-8 beyond ASCII count as lower-case letters: an identifier such as "größe"
// stays one word and is found as it is written (case is folded in ASCII only, and such words are
// not stemmed); text without blanks between words, such as Chinese, is one word a run.
// A word's terms: its parts (split at '_', '$' and camel humps, lower case, Porter-stemmed; single
// digits are dropped) and, when there are two or more, the whole as a joined term that begins
// with '='.
//
// Threads: pure. Memory: the caller's.
#ifndef CQ_INDEX_TERMS_H
#define CQ_INDEX_TERMS_H

#include "base/str.h"

enum {
    TERM_LONGEST = 120, // bytes; what is longer is cut (at a character) before it becomes a term
    TERMS_OF_WORD = 24, // most parts of a word that count, and the joined term
};

typedef struct WordTerms {
    Str items[TERMS_OF_WORD + 1]; // parts in order, repeated ones too; borrow `room`
    size_t count;                 // of all; the joined one is the last
    bool joined;                  // the last one is the joined term
    char room[2 * TERM_LONGEST + 2];
} WordTerms;

// The next word of `text` from *at on; false at the end. *at is behind it afterwards.
bool terms_next_word(Str text, size_t *at, Str *word);
// The word that text[at] is in; empty when it is in none.
Str terms_word_at(Str text, size_t at);
// False when no part of a word can begin at text[at], such as in the middle of lower-case letters.
bool terms_begins_part(Str text, size_t at);
// All words of text[from, to) with their places: calls fn for each. The fast way for whole files.
typedef void (*WordFn)(void *arg, uint32_t start, uint32_t len);
void terms_each_word(Str text, WordFn fn, void *arg);

void terms_of_word(Str word, WordTerms *out);

// Porter's algorithm of 1980, in place; returns the new length. Words of three letters or less,
// and those with anything but a-z in them, stay as they are.
size_t terms_stem(char *word, size_t len);

// English words that say nothing about code; `word` in lower case, or its stem.
bool terms_is_stop_word(Str word);

#endif
