// index/doc_cache.h - what parses gave (DocFacts) in the disk cache, so that no content is parsed
// twice on this machine.
//
// Brief and names are a function of text and language: the key is made of those and of the version
// of what makes it. So branches, clones and a file that went and came back find theirs; a workspace
// leaves its tag only for "cq cache evict" (workspace, workspace:language, ...:file).
//
// Threads: any. Memory: cx->arena. Blocks: on the disk. Fails: never; what cannot be kept is not.
#ifndef CQ_INDEX_DOC_CACHE_H
#define CQ_INDEX_DOC_CACHE_H

#include "index/doc.h"
#include "runtime/cache.h"

#define DOC_CACHE_SPACE "index_docs" // its row in app/namespaces.def

typedef struct DocCacheKey {
    const Digest *content; // of the file's bytes
    LangId lang;
} DocCacheKey;

// Sets the brief and the names. `cache` may be NULL: a miss.
bool doc_cache_get(Ctx *cx, Cache *cache, const DocCacheKey *key, DocFacts *facts);
// `root` and `path` make its tags.
void doc_cache_put(Ctx *cx, Cache *cache, const DocCacheKey *key, Str root, Str path,
                   const DocFacts *facts);

#endif
