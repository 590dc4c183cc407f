// retrieve/regex_text.c
//
// One left-to-right walk over the expression. Every token is copied to the rewritten form, and
// literal bytes are gathered into runs; the best run (or the best alternation of runs) is what
// every match must hold. Whatever the walk does not understand ends a run: the result is then
// less useful, never wrong.
#include "retrieve/regex_text.h"

#include <ctype.h>

typedef struct Walk {
    Str regex;
    size_t at;
    Buf out;
    bool one_line, has_upper, no_literals, wants_line_end;
} Walk;

// A set of literals of which a match of some part of the expression holds one.
typedef struct Literals {
    Needle needles[NEEDLE_MOST];
    uint32_t count; // 0: nothing known
} Literals;

static uint32_t shortest(const Literals *set)
{
    uint32_t least = set->count ? NEEDLE_LONGEST : 0;
    for (uint32_t i = 0; i < set->count; i++) least = MIN(least, set->needles[i].len);
    return least;
}

// Longer is rarer; few literals are scanned for faster than many.
static int worth(const Literals *set)
{
    if (!set->count) return 0;
    return (int)shortest(set) * 4 - (int)set->count / 2;
}

static void keep_better(Literals *best, const Literals *other)
{
    if (worth(other) > worth(best)) *best = *other;
}

static void end_run(Literals *best, Needle *run)
{
    if (run->len) {
        Literals one = {.count = 1};
        one.needles[0] = *run;
        keep_better(best, &one);
    }
    run->len = 0;
}

static void add_byte(Literals *best, Needle *run, unsigned char c)
{
    if (run->len == NEEDLE_LONGEST) end_run(best, run);
    run->bytes[run->len++] = c;
}

static bool more(const Walk *walk)
{
    return walk->at < walk->regex.len;
}

static char peek(const Walk *walk, size_t ahead)
{
    return walk->at + ahead < walk->regex.len ? walk->regex.ptr[walk->at + ahead] : '\0';
}

static void copy(Walk *walk, size_t count)
{
    buf_add(&walk->out, str_sub(walk->regex, walk->at, walk->at + count));
    walk->at += count;
}

typedef enum Repeat { REPEAT_ONE, REPEAT_OPTIONAL, REPEAT_MANY } Repeat;

static bool is_counted_repeat(const Walk *walk, size_t *length)
{
    size_t i = 1;
    while (isdigit((unsigned char)peek(walk, i)) || peek(walk, i) == ',') i++;
    *length = i + 1;
    return i > 1 && peek(walk, i) == '}';
}

// Copies a quantifier, if one stands here, and says what it does to the item before it.
static Repeat take_repeat(Walk *walk)
{
    Repeat repeat;
    size_t length = 1;
    switch (peek(walk, 0)) {
    case '?':
    case '*': repeat = REPEAT_OPTIONAL; break;
    case '+': repeat = REPEAT_MANY; break;
    case '{':
        if (!is_counted_repeat(walk, &length)) return REPEAT_ONE;
        repeat = peek(walk, 1) == '0' || peek(walk, 1) == ',' ? REPEAT_OPTIONAL : REPEAT_MANY;
        break;
    default: return REPEAT_ONE;
    }
    if (!more(walk)) return REPEAT_ONE;
    copy(walk, length);
    if (peek(walk, 0) == '?' || peek(walk, 0) == '+') copy(walk, 1);
    return repeat;
}

static void literal_byte(Walk *walk, Literals *best, Needle *run, unsigned char c)
{
    if (c >= 'A' && c <= 'Z') walk->has_upper = true;
    Needle before = *run;
    add_byte(best, run, c);
    bool whole = c < 0x80; // a quantifier repeats a whole character, not its last byte
    switch (take_repeat(walk)) {
    case REPEAT_ONE: return;
    case REPEAT_OPTIONAL:
        if (whole) *run = before;
        else run->len = 0;
        end_run(best, run);
        return;
    case REPEAT_MANY:
        end_run(best, run);
        if (whole) add_byte(best, run, c);
        return;
    }
}

static void inside_class_escape(Walk *walk, bool negated)
{
    char c = peek(walk, 1);
    if (c == 's' && !negated) {
        buf_add(&walk->out, STR("\\h\\x0b\\f\\r"));
        walk->at += 2;
        return;
    }
    if (!negated && c && strchr("SWDHVNRnvpPXoxcEQ", c) && c != 'S' && c != 'V')
        walk->one_line = false;
    copy(walk, MIN((size_t)2, walk->regex.len - walk->at));
}

// [...]: a negated class is told to leave out the line end.
static void take_class(Walk *walk)
{
    copy(walk, 1);
    bool negated = peek(walk, 0) == '^';
    if (negated) {
        copy(walk, 1);
        buf_add(&walk->out, STR("\\n"));
    }
    if (peek(walk, 0) == ']') {
        buf_add(&walk->out, STR("\\]"));
        walk->at++;
    }
    while (more(walk) && peek(walk, 0) != ']') {
        if (peek(walk, 0) == '\\') inside_class_escape(walk, negated);
        else if (peek(walk, 0) == '[' && peek(walk, 1) == ':') {
            if (!negated) walk->one_line = false; // [:space:], [:^alpha:] ...
            do copy(walk, 1);
            while (more(walk) && !(peek(walk, 0) == ':' && peek(walk, 1) == ']'));
            if (more(walk)) copy(walk, 2);
        } else copy(walk, 1);
    }
    if (more(walk)) copy(walk, 1);
}

static void replace_escape(Walk *walk, Str with)
{
    buf_add(&walk->out, with);
    walk->at += 2;
}

// \Q...\E
static void take_quoted(Walk *walk, Literals *best, Needle *run)
{
    copy(walk, 2);
    while (more(walk) && !(peek(walk, 0) == '\\' && peek(walk, 1) == 'E')) {
        unsigned char c = (unsigned char)peek(walk, 0);
        if (c >= 'A' && c <= 'Z') walk->has_upper = true;
        add_byte(best, run, c);
        copy(walk, 1);
    }
    if (more(walk)) copy(walk, 2);
    end_run(best, run); // a quantifier may follow the last byte
    walk->no_literals =
        walk->no_literals || peek(walk, 0) == '?' || peek(walk, 0) == '*' || peek(walk, 0) == '{';
}

static void take_escape(Walk *walk, Literals *best, Needle *run)
{
    char c = peek(walk, 1);
    if (c == 'Q') {
        take_quoted(walk, best, run);
        return;
    }
    if (c && !isalnum((unsigned char)c)) { // an escaped byte stands for itself
        copy(walk, 2);
        literal_byte(walk, best, run, (unsigned char)c);
        return;
    }
    if (c == 'b' || c == 'B') { // zero width: the run goes on
        copy(walk, 2);
        return;
    }
    end_run(best, run);
    if (c == 's') replace_escape(walk, STR("[^\\S\\n]"));
    else if (c == 'W') replace_escape(walk, STR("[^\\w\\n]"));
    else if (c == 'D') replace_escape(walk, STR("[^\\d\\n]"));
    else {
        if (c == 'n') walk->wants_line_end = true;
        if (!c || !strchr("SwdhNVtfrea123456789", c)) walk->one_line = false;
        if (c && strchr("pPxougkcNK", c)) walk->no_literals = true; // longer escapes follow
        copy(walk, MIN((size_t)2, walk->regex.len - walk->at));
    }
    take_repeat(walk);
}

static Literals take_alternation(Walk *walk);

static void take_group(Walk *walk, Literals *best, Needle *run)
{
    end_run(best, run);
    bool plain = peek(walk, 1) != '?' && peek(walk, 1) != '*';
    bool non_capturing = peek(walk, 1) == '?' && peek(walk, 2) == ':';
    if (!plain && !non_capturing) {
        walk->one_line = false; // look-around, flags, verbs, conditionals
        walk->no_literals = true;
    }
    copy(walk, non_capturing ? 3 : 1);
    Literals inside = take_alternation(walk);
    if (more(walk)) copy(walk, 1); // )
    if (take_repeat(walk) != REPEAT_OPTIONAL) keep_better(best, &inside);
}

static Literals take_sequence(Walk *walk)
{
    Literals best = {0};
    Needle run = {0};
    while (more(walk) && peek(walk, 0) != '|' && peek(walk, 0) != ')') {
        char c = peek(walk, 0);
        switch (c) {
        case '\\': take_escape(walk, &best, &run); break;
        case '(': take_group(walk, &best, &run); break;
        case '[':
            end_run(&best, &run);
            take_class(walk);
            take_repeat(walk);
            break;
        case '^':
        case '$': copy(walk, 1); break;
        case '.':
            end_run(&best, &run);
            copy(walk, 1);
            take_repeat(walk);
            break;
        default: copy(walk, 1); literal_byte(walk, &best, &run, (unsigned char)c);
        }
    }
    end_run(&best, &run);
    return best;
}

static void join(Literals *all, const Literals *branch, bool *known)
{
    if (!branch->count || all->count + branch->count > NEEDLE_MOST) *known = false;
    for (uint32_t i = 0; *known && i < branch->count; i++)
        all->needles[all->count++] = branch->needles[i];
}

static Literals take_alternation(Walk *walk)
{
    Literals all = {0};
    bool known = true;
    for (;;) {
        Literals branch = take_sequence(walk);
        join(&all, &branch, &known);
        if (peek(walk, 0) != '|' || !more(walk)) break;
        copy(walk, 1);
    }
    if (!known) all.count = 0;
    return all;
}

void regex_text_analyse(Arena *arena, Str regex, bool fold, RegexText *out)
{
    Walk walk = {.regex = regex, .out = buf_on(arena), .one_line = true};
    Literals literals = take_alternation(&walk);
    if (more(&walk)) walk.one_line = false, walk.no_literals = true; // a stray ')'
    *out = (RegexText){.rewritten = buf_str(&walk.out),
                       .one_line = walk.one_line,
                       .wants_line_end = walk.wants_line_end,
                       .has_upper = walk.has_upper};
    if (walk.no_literals || !literals.count) return;
    if (fold) // folding of non-ASCII letters is PCRE2's business
        for (uint32_t i = 0; i < literals.count; i++)
            for (uint32_t j = 0; j < literals.needles[i].len; j++)
                if (literals.needles[i].bytes[j] >= 0x80) return;
    memcpy(out->literals.needles, literals.needles, sizeof literals.needles);
    out->literals.count = literals.count;
    out->literals.fold = fold;
    needle_set_prepare(&out->literals);
}
