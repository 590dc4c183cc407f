// index/doc.h - what the index knows of one file's content, apart from its name and place.
//
//   text, language, form --doc_make_kept (one parse)--> Doc --doc_encode--> bytes, until packed
//         |                                    |          ^
//         |              DocFacts: kept by content        |
//         `----------------------------doc_from_kept------'
//
// A Doc is a function of those three alone, and the DocFacts of text and language: so they can be
// kept by content hash and shared by branches, clones and copies of a file, and with them no parse
// is needed. Fields that come from the path are added by lexicon_pack.
//
// Threads: doc_make with one DocMaker a thread; the rest is pure.
// Memory:  a Doc lives in the arena it was made in; its words borrow the text (doc_make) or the
//          bytes (doc_decode).
#ifndef CQ_INDEX_DOC_H
#define CQ_INDEX_DOC_H

#include "index/chunk.h"
#include "index/path_class.h"
#include "lang/brief.h"
#include "lang/names_face.h"

enum { DOC_HEADING = DEF_KINDS }; // of a text with headings; a section reaches to the next one
enum { DOC_VERSION = 2 };         // of what doc_make finds

typedef struct DocDef {
    Str name;                            // as the language writes it; a Markdown heading is one too
    uint8_t kind;                        // DefKind, or DOC_HEADING
    bool declaration;                    // without a body
    uint32_t start_line, line, end_line; // from 1: with decorators; of the name; last
    int32_t parent;                      // the definition around it, which stands before it, or -1
} DocDef;

typedef enum DefClass { // what ranking tells apart
    CLASS_TYPE,         // classes, structs, traits, interfaces, aliases ...
    CLASS_FUNCTION,     // also methods and macros
    CLASS_IMPL,
    CLASS_MODULE,
    CLASS_VALUE, // constants and variables
    CLASS_MEMBER,
    CLASS_DECLARATION, // whatever has no body
    CLASS_HEADING,
} DefClass;
DefClass doc_def_class(uint8_t kind, bool declaration);

typedef struct DocChunk {
    uint32_t first_line, last_line;
    uint32_t token_end; // its tokens end here; they begin where the chunk before ends
} DocChunk;

typedef struct Doc {
    LangId lang;
    PathForm form;
    bool partial; // the parse met errors
    uint32_t bytes, line_count;
    const Str *words; // distinct, in the order they first stand
    uint32_t word_count;
    const uint32_t *tokens; // all words of the text in order: word << 1 | 1 inside a comment
    uint32_t token_count;
    const DocChunk *chunks; // cover all lines
    uint32_t chunk_count;
    const DocDef *defs; // by place, outer ones first
    uint32_t def_count;
} Doc;

typedef struct DocMaker DocMaker; // scratch of one thread
DocMaker *doc_maker_new(const Grammars *grammars);
void doc_maker_free(DocMaker *maker); // NULL is fine

// Code that cannot be parsed (LANG_NONE, or over FACTS_LARGEST_FILE) has no definitions and its
// comments are guessed line by line; Markdown and the like have their headings as definitions.
// Fails: CANCELLED.
MUST_CHECK Fail doc_make(Ctx *cx, DocMaker *maker, LangId lang, PathForm form, Str text, Doc *out);
// The same, and the facts of the one parse, in cx->arena; all zero where there was none.
MUST_CHECK Fail doc_make_facts(Ctx *cx, DocMaker *maker, LangId lang, PathForm form, Str text,
                               Doc *out, Facts *facts);

typedef struct DocFacts { // what is kept of the parse besides
    Str brief;            // of brief_encode; nothing where there was no parse, or it cannot be kept
    Str names;    // of names_encode; nothing without a brief, or when the language has no names
    Hash128 face; // what others see of the names; of a text that is no code: of all of it
    Str unlisted; // of doc_unlisted
} DocFacts;
DocFacts doc_facts_copy(Arena *arena, const DocFacts *facts);
// The same, and what is to be kept, in cx->arena.
MUST_CHECK Fail doc_make_kept(Ctx *cx, DocMaker *maker, LangId lang, PathForm form, Str text,
                              DocFacts *facts, Doc *out);
// The same again without a parse, from the brief and the names; sets the rest of *facts. False when
// they are of another text or language. A file that is not parsed needs none.
MUST_CHECK bool doc_from_kept(Ctx *cx, DocMaker *maker, LangId lang, PathForm form, Str text,
                              DocFacts *facts, Doc *out);
// Whether a definition is one of the Doc's. Local variables and what has no name are not.
bool doc_lists(const Facts *facts, uint32_t def);
// Those that are not, as bytes: gaps between their indexes.
Str doc_unlisted(Arena *arena, const Facts *facts);
// The index in Facts.defs of a Doc's definition.
uint32_t doc_def_index(Str unlisted, uint32_t doc_def);

void doc_encode(Buf *out, const Doc *doc);
// False when the bytes are no Doc: every index is checked, so what is accepted can be walked.
MUST_CHECK bool doc_decode(Arena *arena, Str bytes, Doc *out);

#endif
