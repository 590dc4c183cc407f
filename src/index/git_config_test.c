// index/git_config_test.c - the file format and what counts. Expected values are git's own.
#include "index/git_config.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/check.h"

static void note(void *arg, Str key, Str value)
{
    Buf *out = arg;
    if (value.ptr) buf_addf(out, STR_FMT "=" STR_FMT "|", STR_ARG(key), STR_ARG(value));
    else buf_addf(out, STR_FMT "|", STR_ARG(key));
}

static void parses_as_git_does(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want; // "!" at the end: malformed behind that
    } cases[] = {
        {"", ""},
        {"[core]\n\tbare = false\n", "core.bare=false|"},
        {"[Core]BARE=TRUE", "core.bare=TRUE|"},
        {"[core]\r\n  a = b c  \r\n", "core.a=b c|"},
        {"\xEF\xBB\xBF[a]b=c", "a.b=c|"},
        {"[a]\nb\n", "a.b|"},
        {"[a]\nb=\n", "a.b=|"},
        {"[a \"B c\"]\nd=1\n", "a.B c.d=1|"},
        {"[a \"q\\\"\\\\x\"]\nd=1\n", "a.q\"\\x.d=1|"},
        {"[a.B]\nd=1\n", "a.b.d=1|"},
        {"[a]\nb = \" x \" y # no\n", "a.b= x  y|"},
        {"[a]\nb = x;no\n", "a.b=x|"},
        {"[a]\nb = \"x;y#z\"\n", "a.b=x;y#z|"},
        {"[a]\nb = x\\\n  y\n", "a.b=x  y|"},
        {"[a]\nb = \\t\\n\\b\\\\\\\"\n", "a.b=\t\n\b\\\"|"},
        {"# c\n; d\n[a] # e\nb=1 ; f\n", "a.b=1|"},
        {"[a]b=1\n[c]d=2", "a.b=1|c.d=2|"},
        {"[a]\nb=1\nx y\n", "a.b=1|!"},
        {"[a]\nb = \"x\n", "!"},
        {"[a]\nb = \\x\n", "!"},
        {"[a\nb=1\n", "!"},
        {"[a \"b]\nc=1\n", "!"},
        {"[a \"b\"x]\nc=1\n", "!"},
        {"b=1\n", "!"},
        {"[a]\n1=b\n", "!"},
        {"[a]\nb # c\n", "!"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        Buf out = buf_on(&arena);
        if (!git_config_parse(&arena, str_from(cases[i].text), note, &out)) buf_byte(&out, '!');
        CHECK_STR(buf_str(&out), str_from(cases[i].want));
        arena_fini(&arena);
    }
}

typedef struct Place {
    char dir[64];
    Arena arena;
    Ctx cx;
} Place;

static void write_file(Place *place, const char *name, const char *text)
{
    FILE *out = fopen(str_format(&place->arena, "%s/%s", place->dir, name).ptr, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static void begin(Place *place)
{
    *place = (Place){.dir = "/tmp/cq-config-XXXXXX"};
    place->cx.arena = &place->arena;
    assert_non_null(mkdtemp(place->dir));
    setenv("HOME", place->dir, 1);
    setenv("GIT_CONFIG_NOSYSTEM", "yes", 1);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("GIT_CONFIG_GLOBAL");
}

static void end(Place *place)
{
    static const char *const names[] = {".gitconfig", "more", "config", "config.worktree"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        unlink(str_format(&place->arena, "%s/%s", place->dir, names[i]).ptr);
    assert_int_equal(rmdir(place->dir), 0);
    arena_fini(&place->arena);
}

static void reads_what_a_repository_says(void **state)
{
    (void)state;
    Place place;
    begin(&place);
    Str dir = str_from(place.dir);
    GitFormat format;
    git_format_read(&place.cx, dir, dir, &format);
    assert_int_equal(format.hash_bytes, 20);
    assert_false(format.bare);
    write_file(&place, "config",
               "[core]bare\nworktree=../x\n[extensions]objectFormat=sha256\nworktreeConfig=1\n");
    write_file(&place, "config.worktree", "[core]\nbare = no\n");
    git_format_read(&place.cx, dir, dir, &format);
    assert_int_equal(format.hash_bytes, 32);
    assert_false(format.bare);
    CHECK_STR(format.worktree, STR("../x"));
    git_format_read(&place.cx, STR("/nonexistent"), dir, &format); // a linked worktree
    assert_false(format.bare);
    assert_int_equal(format.worktree.len, 0);
    write_file(&place, "config", "[core]\nbare");
    git_format_read(&place.cx, dir, dir, &format);
    assert_true(format.bare);
    assert_int_equal(format.doubt.len, 0);
    write_file(&place, "config", "[core\n");
    git_format_read(&place.cx, dir, dir, &format);
    assert_true(format.doubt.len > 0);
    end(&place);
}

static void later_files_win(void **state)
{
    (void)state;
    static const struct {
        const char *global, *more, *local;
        const char *excludes; // "~": the home folder stands before it
        bool fold;
    } cases[] = {
        {"", "", "", "~/.config/git/ignore", false},
        {"[core]excludesFile=~/a\n", "", "", "~/a", false},
        {"[core]excludesFile=/a\nignoreCase\n", "", "[core]excludesFile=b\nignorecase=0\n",
         "/top/b", false},
        {"[core]excludesFile=/a\n", "", "[core]excludesFile=\n", "", false},
        {"[include]path=more\n", "[core]excludesfile=/more\n", "", "/more", false},
        {"[include]path=~/more\n[core]excludesfile=/x\n", "[core]excludesfile=/more\n", "", "/x",
         false},
        {"[include]path=more\n", "[include]path=nowhere\n[core]ignorecase=on\n", "",
         "~/.config/git/ignore", true},
        {"[includeIf \"gitdir:/x/\"]path=more\n", "[user]name=x\n", "", "~/.config/git/ignore",
         false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Place place;
        begin(&place);
        write_file(&place, ".gitconfig", cases[i].global);
        write_file(&place, "more", cases[i].more);
        write_file(&place, "config", cases[i].local);
        GitConfig config;
        Str dir = str_from(place.dir), want = str_from(cases[i].excludes);
        git_config_read(&place.cx, dir, dir, false, STR("/top"), &config);
        if (str_starts(want, STR("~")))
            want = str_join(&place.arena, dir, STR(""), str_sub(want, 1, want.len));
        CHECK_STR(config.excludes_file, want);
        assert_int_equal(config.ignore_case, cases[i].fold);
        CHECK_STR(config.doubt, STR(""));
        end(&place);
    }
}

int index_git_config_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_as_git_does),
        cmocka_unit_test(reads_what_a_repository_says),
        cmocka_unit_test(later_files_win),
    };
    return RUN_TESTS(tests);
}
