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
    Str version =
        str_format(arena, "%s-b%d-n%d", CQ_VERSION, (int)BRIEF_VERSION, (int)NAMES_VERSION);
    return cache_key(arena, STR(DOC_CACHE_SPACE), version, &digest);
}

bool doc_cache_get(Ctx *cx, Cache *cache, const DocCacheKey *key, DocFacts *facts)
{
    Str bytes;
    uint32_t brief; // length, in front of both
    if (!cache || !cache_get(cx, cache, key_of(cx->arena, key), &bytes)) return false;
    if (bytes.len < sizeof brief) return false;
    memcpy(&brief, bytes.ptr, sizeof brief);
    bytes = str_sub(bytes, sizeof brief, bytes.len);
    if (brief > bytes.len) return false;
    *facts =
        (DocFacts){.brief = str_sub(bytes, 0, brief), .names = str_sub(bytes, brief, bytes.len)};
    return true;
}

void doc_cache_put(Ctx *cx, Cache *cache, const DocCacheKey *key, Str root, Str path,
                   const DocFacts *facts)
{
    if (!cache) return;
    Str language = str_from(lang_name(key->lang));
    Digest file = digest_of(path);
    Str tags[] = {root, cache_tag_language(cx->arena, root, language),
                  cache_tag_file(cx->arena, root, language, &file)};
    Buf bytes = buf_on(cx->arena);
    uint32_t brief = (uint32_t)facts->brief.len;
    buf_add(&bytes, (Str){(const char *)&brief, sizeof brief});
    buf_add(&bytes, facts->brief);
    buf_add(&bytes, facts->names);
    cache_put(cx, cache, key_of(cx->arena, key), buf_str(&bytes),
              &(CachePut){.tags = tags, .tag_count = ARRAY_LEN(tags)});
}
