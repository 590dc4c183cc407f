// lang/brief.h - of one file's Facts, what a search and an index need: small enough to be kept.
//
//   Facts, text --brief_encode--> bytes, about 5 % of the text
//   bytes, text --brief_decode--> Facts: definitions without lines, doc and arguments; the names of
//                                 calls, the places of imports, all spans
//
// Facts about the same text only: what the text itself shows (where a name, a comment or a string
// ends, how a signature reads) is not written. The bytes hold a hash of their text. The reader
// trusts nothing else: whatever it accepts can be walked.
//
// Threads: pure. Memory: what is decoded lives in the arena and borrows the text and the bytes.
#ifndef CQ_LANG_BRIEF_H
#define CQ_LANG_BRIEF_H

#include "lang/facts.h"

enum { BRIEF_VERSION = 1 };

typedef struct Brief {
    Facts facts;            // in a Def: kind, name, full, name_span, parent and declaration
    Str text;               // of the file
    const Span *signatures; // by definition: where in the text it stands
} Brief;

// False, and nothing is added, when the facts would not come back as they are.
bool brief_encode(Buf *out, const Facts *facts, Str text);
// False when the bytes are not those of facts of this language about this text.
MUST_CHECK bool brief_decode(Arena *arena, Str bytes, LangId lang, Str text, Brief *out);

// As in Def.
Str brief_qualified(Arena *arena, const Brief *brief, int32_t def);
Str brief_signature(Arena *arena, const Brief *brief, int32_t def);

#endif
