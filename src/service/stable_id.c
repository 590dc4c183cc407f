// service/stable_id.c
#include "service/stable_id.h"

#include "base/digest.h"

enum { ID_DIGITS = 24 };

Str stable_id(Arena *arena, Str path, Str qualified, Str category, uint32_t ordinal)
{
    Digester digester;
    digester_init(&digester);
    digester_add(&digester, path);
    digester_add(&digester, qualified);
    digester_add(&digester, category);
    digester_add_int(&digester, ordinal);
    Digest digest = digester_end(&digester);
    return str_sub(digest_hex(arena, &digest), 0, ID_DIGITS);
}
