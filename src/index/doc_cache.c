// index/doc_cache.c
#include "index/doc_cache.h"

#include "base/version.h"

// Grammars and rules are part of a release.
static Str key_of(Arena *arena, const DocCacheKey *key)
{
    Digester digester;
    digester_init(&digester);
    digester_add_digest(&digester, key->content);
    digester_add_int(&digester, key->lang);
    Digest digest = digester_end(&digester);
    Str version = str_format(arena, "%s-b%d", CQ_VERSION, (int)BRIEF_VERSION);
    return cache_key(arena, STR(DOC_CACHE_SPACE), version, &digest);
}

bool doc_cache_get(Ctx *cx, Cache *cache, const DocCacheKey *key, Str *bytes)
{
    return cache && cache_get(cx, cache, key_of(cx->arena, key), bytes);
}

void doc_cache_put(Ctx *cx, Cache *cache, const DocCacheKey *key, Str root, Str path, Str bytes)
{
    if (!cache) return;
    Str language = str_from(lang_name(key->lang));
    Digest file = digest_of(path);
    Str tags[] = {root, cache_tag_language(cx->arena, root, language),
                  cache_tag_file(cx->arena, root, language, &file)};
    cache_put(cx, cache, key_of(cx->arena, key), bytes,
              &(CachePut){.tags = tags, .tag_count = ARRAY_LEN(tags)});
}
