// resolve/world_.h - private to resolve/world*.c.
//
//   world.c       files: where what is known of them lies, and loading them
//   world_paths.c folders, base names, path lookup
//   world_names.c definitions and users by name, what others see
#ifndef CQ_RESOLVE_WORLD__H
#define CQ_RESOLVE_WORLD__H

#include "resolve/world.h"

typedef struct WorldPart { // of the corpus
    const CorpusPart *in;
    FactStore briefs; // of a part in a segment
    NameStore names;
    const HarvestFile **harvest; // by file, of a part in memory; NULL: it is in a segment
} WorldPart;

typedef struct NumberList {
    const uint32_t *items;
    size_t count;
} NumberList;

typedef struct DefList {
    const DefRef *items;
    size_t count;
} DefList;

struct World {
    Ctx *cx;
    const Workspace *workspace;
    const RefreshView *view;
    const Corpus *corpus;
    const Grammars *grammars;
    Parser *parser; // made when it is first needed
    WorldPart *parts;
    WorldFile **files; // by number; NULL: not asked for
    WorldFile none;    // asked for in vain
    size_t lost, parsed;
    Map folders, named; // answers given: NumberList *
    Map users;
    Map defs;             // DefList *
    uint32_t *base_heads; // of all files by hash of their base name: 1 + the first one;
    uint32_t *base_next;  // NULL: not yet made. By file: 1 + the next one
    uint32_t base_mask;
};

static inline const WorldPart *world_part(const World *world, uint32_t file, uint32_t *local)
{
    const CorpusPart *part = corpus_part_of_file(world->corpus, file);
    *local = file - part->first_file;
    return &world->parts[part - world->corpus->parts];
}

// Which definitions of its Facts the index does not list (index/doc.h).
Str world_unlisted(const WorldPart *part, uint32_t local);

#endif
