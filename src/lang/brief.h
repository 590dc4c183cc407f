// lang/brief.h - of one file's Facts, what a search and an index need: small enough to be kept.
//
//   Facts, text --brief_encode--> bytes, about 3 % of the text
//   bytes, text --brief_decode--> Facts: definitions without lines and doc, all spans, and what
//                                 tells a call or an import at the places asked about
//
// What the text itself shows (where a name ends, how a signature reads) is not written. The bytes
// hold a hash of their text. The reader trusts nothing else: whatever it accepts can be walked.
//
// Threads: pure. Memory: what is decoded lives in the arena and borrows the text and the bytes.
#ifndef CQ_LANG_BRIEF_H
#define CQ_LANG_BRIEF_H

#include "lang/facts.h"

enum { BRIEF_VERSION = 3 };

typedef struct Brief {
    Facts facts;            // in a Def: kind, name, full, name_span, parent and declaration
    Str text;               // of the file
    const Span *signatures; // by definition: where in the text it stands
} Brief;

// False, and nothing is added, when the facts would not come back as they are.
bool brief_encode(Buf *out, const Facts *facts, Str text);
// For questions about offsets in `asked` (ascending, ends included; calls and imports that tell
// nothing of those are left out). False when the bytes are not those of facts of this language
// about this text.
MUST_CHECK bool brief_decode(Arena *arena, Str bytes, LangId lang, Str text, const Span *asked,
                             size_t count, Brief *out);
// The same, but only the definitions: what stands behind them in the bytes is not looked at.
MUST_CHECK bool brief_decode_defs(Arena *arena, Str bytes, LangId lang, Str text, Brief *out);

// As in Def.
Str brief_qualified(Arena *arena, const Brief *brief, int32_t def);
Str brief_signature(Arena *arena, const Brief *brief, int32_t def);

#endif
