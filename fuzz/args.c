// fuzz/args.c - command lines: words are the input's lines. What is understood reads back the same
// as JSON arguments; what is not has a message.
#include <stdlib.h>

#include "base/vec.h"
#include "door/args.h"

static StrList split(Arena *arena, Str text)
{
    VEC(Str) words = {0};
    VEC_PUSH(arena, &words, STR("cq"));
    Str word;
    while (str_next(&text, '\n', &word))
        VEC_PUSH(arena, &words, str_sub(word, 0, str_find(word, '\0')));
    return (StrList){words.items, words.len};
}

static Str record_text(Arena *arena, const Field *fields, const void *record)
{
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf};
    record_write(&w, fields, record);
    return buf_str(&buf);
}

static void check_args(Arena *arena, const ParsedArgs *parsed)
{
    const Command *command = &parsed->command;
    const Json *json = NULL;
    Str first = record_text(arena, command->args, parsed->args);
    void *again = arena_alloc(arena, command->args_size);
    if (json_parse(arena, first, &json)) abort();
    if (record_from_json(arena, command->args, json, again)) abort();
    if (!str_eq(first, record_text(arena, command->args, again))) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena = {0};
    ParsedArgs parsed;
    StrList argv = split(&arena, (Str){(const char *)data, size});
    (void)args_want_json(argv);
    Fail fail = args_parse(&arena, argv, &parsed);
    bool asks = parsed.global.help || parsed.global.version;
    if (fail && (!fail->detail.len || !json_get(fail->ext, STR("hint")))) abort();
    if (!fail && parsed.has_command && !asks) check_args(&arena, &parsed);
    arena_fini(&arena);
    return 0;
}
