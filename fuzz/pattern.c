// fuzz/pattern.c - the pattern compiler and matcher. First byte: options; then the pattern up to a
// NUL; then the text. What the SIMD and the plain scan find must be the same.
#include "retrieve/pattern.h"

enum { TEXT_MOST = 4096 };

typedef struct Seen {
    size_t count, last_end;
    const char *text;
    size_t len;
} Seen;

static bool on_match(void *arg, Match match)
{
    Seen *seen = arg;
    bool ordered = match.start >= seen->last_end && match.end >= match.start;
    if (!ordered || match.end > seen->len) __builtin_trap();
    if (memchr(seen->text + match.start, '\n', match.end - match.start)) __builtin_trap();
    seen->last_end = match.end;
    seen->count++;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) return 0;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Str input = {(const char *)data + 1, size - 1}, pattern_text;
    if (!str_next(&input, '\0', &pattern_text)) return 0;
    PatternSpec spec = {.text = pattern_text,
                        .mode = (PatternMode)(data[0] & 3),
                        .word = data[0] & 4,
                        .case_mode = (CaseMode)((data[0] >> 3) % 3)};
    if (spec.mode == PATTERN_IDENTIFIER) spec.mode = PATTERN_AUTO;
    const Pattern *pattern = NULL;
    size_t len = MIN(input.len, (size_t)TEXT_MOST);
    if (!pattern_compile(&cx, &spec, &pattern) && utf8_valid(input.ptr ? input.ptr : "", len)) {
        char *text = arena_alloc(&arena, len + SCAN_PADDING);
        if (len) memcpy(text, input.ptr, len);
        TextClass class = scan_text_class(scan_select(), text, len);
        Seen seen = {.text = text, .len = len};
        if (class == TEXT_ASCII || class == TEXT_UTF8)
            matcher_scan(matcher_new(&arena, pattern), text, len, class == TEXT_ASCII, on_match,
                         &seen);
    }
    arena_fini(&arena);
    return 0;
}
