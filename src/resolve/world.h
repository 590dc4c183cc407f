// resolve/world.h - the files of a workspace as names see them: definitions, scopes, imports.
//
//   view, corpus (index/refresh.h) --world_new--> World
//   world_file:  stored facts and names of one file, decoded when it is first asked for
//   world_brief: the same without its names, which take most of the time
//
// Nothing is parsed: what a part of the index has no names for is read from its file and parsed
// once, and counted. A file whose text is not what its facts are of is taken as it is now.
//
// After anything was taken from a World, refresh_intact tells whether it was read whole.
//
// Threads: a World belongs to one thread; several over one view may work side by side.
// Memory:  cx->arena of world_new. Blocks: reading files.
#ifndef CQ_RESOLVE_WORLD_H
#define CQ_RESOLVE_WORLD_H

#include "base/map.h"
#include "index/refresh.h"
#include "lang/names.h"

#define WORLD_NONE UINT32_MAX

typedef struct World World;

typedef struct DefRef { // a definition of the workspace
    uint32_t file;      // number in the corpus
    uint32_t def;       // index into its Facts.defs
} DefRef;

typedef struct WorldFile {
    uint32_t number;
    LangId lang;
    Str path, folder; // folder without a '/' at its end; empty: the root
    Str text;
    Facts facts; // definitions: kind, name, full, name_span, parent, declaration; lines are not set
    Names names;
    const Span *signatures; // world_signature
    const Call *calls;      // as names_decode gives them
    uint32_t call_count;
    // By scope: its bindings, as a range of `bound`, ordered by name, then place.
    const uint32_t *bound_starts; // by scope, and one more
    const uint32_t *bound;        // indexes into names.bindings
    const uint32_t *scope_of_def; // by definition: index of the scope that it opens, or WORLD_NONE
    bool stored;                  // facts and names are those of the index
    bool named;                   // world_file was asked for it; else there are no names (above:
                                  // from `names` on) so far
    void *own;                    // what resolve/ keeps about it
    struct WorldMark *mark;       // what was looked up in it
} WorldFile;

// `corpus` is refresh_corpus of `view`; both outlive the World, and so does cx.
World *world_new(Ctx *cx, const Workspace *workspace, const RefreshView *view, const Corpus *corpus,
                 const Grammars *grammars);
void world_free(World *world); // NULL is fine; what lies in cx->arena stays

uint32_t world_file_count(const World *world); // numbers in use; dead ones too
bool world_is_live(const World *world, uint32_t file);
Str world_path(const World *world, uint32_t file);
LangId world_lang(const World *world, uint32_t file);

// NULL when it is dead, cannot be read, or its language has no names: then it is as if it were
// empty. A published one that cannot be read is there, but empty, as the index speaks of its
// definitions. world_lost counts what could not be read or parsed, world_parsed what was parsed.
WorldFile *world_file(World *world, uint32_t file);
// The same for who looks at its text and definitions only: `named` may be false.
WorldFile *world_brief(World *world, uint32_t file);
// Whether its text is what is stored of it. Of a view that looked at the files nothing is read to
// tell: it may have changed since then.
bool world_is_as_stored(World *world, uint32_t file);
// world_file, if it was asked for before and is there; reads nothing.
const WorldFile *world_loaded(const World *world, uint32_t file);
size_t world_lost(const World *world);
size_t world_parsed(const World *world);

uint32_t world_find(const World *world, Str path); // a living file, or WORLD_NONE
bool world_has_folder(const World *world, Str path);
// Living files that lie in the folder itself, ascending by path.
const uint32_t *world_folder(World *world, Str path, size_t *count);
// Living files with this base name ("dict.h", "go.mod"), ascending by path.
const uint32_t *world_named(World *world, Str base_name, size_t *count);
// The text of a file, also of one without names (go.mod, package.json); empty when it cannot be
// read.
Str world_text(World *world, uint32_t file);

// All definitions of this name, by path and place; local variables of functions are left out.
const DefRef *world_defs(World *world, Str name, size_t *count);
// Files in which this name is used or imported, or may be (a few too many are possible: those that
// only mention it), by number.
const uint32_t *world_users(World *world, Str name, size_t *count);

// Files with such paths that may mention the word in whatever they hold; by number.
const uint32_t *world_mentions(World *world, Str word, bool (*takes)(Str path), size_t *count);

// What others see of all living files; equal digests: names mean the same as before everywhere
// outside of the files that changed. Sums over files, so that it can be kept up to date.
Hash128 world_digest(const World *world);

typedef struct WorldSpan { // files that one part of the index has
    uint32_t first, files;
    const Segment *edges; // what is attached to it (edge_store.h), or NULL
} WorldSpan;
size_t world_spans(const World *world);
WorldSpan world_span(const World *world, size_t index);

static inline Str world_expr_text(const WorldFile *file, uint32_t expr) // 1 + index
{
    return names_text(&file->names.exprs[expr - 1], file->text);
}
// The first binding of `name` in the scope, as an index into file->bound; *end is behind the last.
// Equal: none.
uint32_t world_bound(const WorldFile *file, uint32_t scope, Str name, uint32_t *end);

// The definitions of one name, in order; WORLD_NONE behind the last one.
uint32_t world_first_def(const WorldFile *file, Str name);
uint32_t world_next_def(const WorldFile *file, uint32_t def);

// Line (from 1) and column (bytes, from 0) of an offset.
void world_place(const WorldFile *file, uint32_t offset, uint32_t *line, uint32_t *col);
// Of a definition; in cx->arena.
Str world_qualified(World *world, const WorldFile *file, uint32_t def);
Str world_signature(World *world, const WorldFile *file, uint32_t def);

#endif
