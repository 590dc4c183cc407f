// index/git_config.c
#include "index/git_config.h"

#include "base/json.h"
#include "base/vec.h"
#include "index/git_command.h"

enum { MOST_BYTES = 16 << 20, MOST_DEPTH = 10 };

// --- the file format ---

typedef struct Reader {
    const char *at, *end;
    Buf key; // "section.subsection."
    Buf value;
    GitConfigFn fn;
    void *arg;
} Reader;

// The next byte; "\r\n" and the end of the text read as a newline.
static int next_byte(Reader *reader)
{
    if (reader->at == reader->end) return '\n';
    char c = *reader->at++;
    if (c == '\r' && reader->at < reader->end && *reader->at == '\n') c = *reader->at++;
    return (unsigned char)c;
}

static bool is_blank(int c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_letter(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_key_byte(int c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
}

static char lower(int c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

// Behind the blank in [section "subsection"].
static bool read_subsection(Reader *reader)
{
    int c;
    do c = next_byte(reader);
    while (c != '\n' && is_blank(c));
    if (c != '"') return false;
    buf_byte(&reader->key, '.');
    while ((c = next_byte(reader)) != '"') {
        if (c == '\\') c = next_byte(reader);
        if (c == '\n') return false;
        buf_byte(&reader->key, (char)c);
    }
    return next_byte(reader) == ']';
}

static bool read_section(Reader *reader)
{
    reader->key.len = 0;
    for (int c; (c = next_byte(reader)) != ']';) {
        if (c != '\n' && is_blank(c)) return read_subsection(reader);
        if (!is_key_byte(c) && c != '.') return false;
        buf_byte(&reader->key, lower(c));
    }
    return true;
}

// One escaped byte of a value; false when there is no such escape.
static bool add_escape(Reader *reader)
{
    int c = next_byte(reader);
    switch (c) {
    case '\n': return true; // the value goes on in the next line
    case 't': c = '\t'; break;
    case 'b': c = '\b'; break;
    case 'n': c = '\n'; break;
    case '\\':
    case '"': break;
    default: return false;
    }
    buf_byte(&reader->value, (char)c);
    return true;
}

static bool read_value(Reader *reader)
{
    bool quoted = false, comment = false;
    size_t keep = 0; // without blanks at the end
    reader->value.len = 0;
    for (int c; (c = next_byte(reader)) != '\n';) {
        if (comment) continue;
        if (!quoted && is_blank(c)) {
            if (reader->value.len) buf_byte(&reader->value, (char)c);
            continue;
        }
        if (!quoted && (c == ';' || c == '#')) {
            comment = true;
            continue;
        }
        if (c == '"') quoted = !quoted;
        else if (c != '\\') buf_byte(&reader->value, (char)c);
        else if (!add_escape(reader)) return false;
        keep = reader->value.len;
    }
    reader->value.len = keep;
    return !quoted;
}

static bool read_setting(Reader *reader, int c)
{
    size_t section = reader->key.len;
    if (!section || !is_letter(c)) return false;
    buf_byte(&reader->key, '.');
    for (; is_key_byte(c); c = next_byte(reader)) buf_byte(&reader->key, lower(c));
    while (c == ' ' || c == '\t') c = next_byte(reader);
    bool good = c == '\n';
    if (c == '=') good = read_value(reader);
    if (good)
        reader->fn(reader->arg, buf_str(&reader->key),
                   c == '=' ? buf_str(&reader->value) : STR_NONE);
    reader->key.len = section;
    return good;
}

bool git_config_parse(Arena *arena, Str text, GitConfigFn fn, void *arg)
{
    if (str_starts(text, STR("\xEF\xBB\xBF"))) text = str_sub(text, 3, text.len);
    Reader reader = {text.ptr, text.ptr + text.len, buf_on(arena), buf_on(arena), fn, arg};
    bool comment = false;
    while (reader.at < reader.end) {
        int c = next_byte(&reader);
        if (c == '\n') comment = false;
        if (comment || is_blank(c)) continue;
        if (c == '#' || c == ';') comment = true;
        else if (!(c == '[' ? read_section(&reader) : read_setting(&reader, c))) return false;
    }
    return true;
}

// --- values ---

static bool truth_of(Str value)
{
    static const char *const no[] = {"", "false", "no", "off", "0"};
    if (!value.ptr) return true;
    for (size_t i = 0; i < ARRAY_LEN(no); i++)
        if (str_eq_nocase(value, str_from(no[i]))) return false;
    return true;
}

// "~/x" and paths relative to `base`. False when only git can tell.
static bool expand_path(Arena *arena, Str path, Str base, Str *out)
{
    bool odd = str_starts(path, STR("%(")) || str_starts(path, STR(":("));
    if (odd || !path.len) return !odd;
    if (path.ptr[0] == '/') {
        *out = str_copy(arena, path);
    } else if (path.ptr[0] == '~') {
        Str home = os_env("HOME");
        if (!home.len || (path.len > 1 && path.ptr[1] != '/')) return false;
        *out =
            str_format(arena, STR_FMT STR_FMT, STR_ARG(home), STR_ARG(str_sub(path, 1, path.len)));
    } else {
        *out = str_format(arena, STR_FMT "/" STR_FMT, STR_ARG(base), STR_ARG(path));
    }
    return true;
}

// --- what a repository says of itself ---

typedef struct FormatReader {
    Arena *arena;
    GitFormat *out;
} FormatReader;

static void take_format(void *arg, Str key, Str value)
{
    FormatReader *reader = arg;
    GitFormat *out = reader->out;
    if (str_eq(key, STR("core.bare"))) out->bare = truth_of(value);
    else if (str_eq(key, STR("core.worktree"))) out->worktree = str_copy(reader->arena, value);
    else if (str_eq(key, STR("extensions.objectformat")))
        out->hash_bytes = str_eq_nocase(value, STR("sha256")) ? 32 : 20;
    else if (str_eq(key, STR("extensions.worktreeconfig"))) out->worktree_config = truth_of(value);
}

static void read_format_file(Ctx *cx, const char *path, GitFormat *out)
{
    Str text = STR_NONE;
    FormatReader reader = {cx->arena, out};
    Fail fail = os_read_file(cx, OS_CWD, path, MOST_BYTES, &text);
    if (fail && fail->kind == PROBLEM_NOT_FOUND) return;
    if (fail) out->doubt = fail->detail;
    else if (!git_config_parse(cx->arena, text, take_format, &reader))
        out->doubt = str_format(cx->arena, "%s is malformed", path);
}

void git_format_read(Ctx *cx, Str git_dir, Str common_dir, GitFormat *out)
{
    *out = (GitFormat){.hash_bytes = 20};
    read_format_file(cx, str_format(cx->arena, STR_FMT "/config", STR_ARG(common_dir)).ptr, out);
    if (!str_eq(git_dir, common_dir)) { // a linked worktree is neither bare nor elsewhere
        out->bare = false;
        out->worktree = STR_NONE;
    }
    if (!out->worktree_config) return;
    Str own = str_format(cx->arena, STR_FMT "/config.worktree", STR_ARG(git_dir));
    read_format_file(cx, own.ptr, out);
}

// --- what all files together say ---

typedef struct Files {
    Ctx *cx;
    GitConfig *out;
    Str top;
    Str folder;   // of the file being read
    int depth;    // of includes
    bool lenient; // in the user's own files: one that we may not read does not count, as in git
    bool probing; // in a file that may not count: does it set anything we need?
    bool set_excludes;
} Files;

static void doubt(Files *files, const char *why)
{
    if (!files->out->doubt.len) files->out->doubt = str_from(why);
}

static void read_file(Files *files, Str path);

static void include(Files *files, Str value, bool conditional)
{
    Files inner = *files;
    Str path = STR_NONE;
    inner.depth++;
    inner.probing |= conditional;
    if (inner.depth > MOST_DEPTH) doubt(files, "configuration files include each other");
    else if (!expand_path(files->cx->arena, value, files->folder, &path))
        doubt(files, "an include path only git can expand");
    else if (path.len) read_file(&inner, path);
    files->set_excludes = inner.set_excludes;
}

static void take_setting(void *arg, Str key, Str value)
{
    Files *files = arg;
    bool excludes = str_eq(key, STR("core.excludesfile"));
    bool fold = str_eq(key, STR("core.ignorecase"));
    if (files->probing && (excludes || fold))
        doubt(files, "a conditional include sets core.excludesFile or core.ignoreCase");
    else if (fold) files->out->ignore_case = truth_of(value);
    else if (excludes) {
        files->set_excludes = true;
        files->out->excludes_file = STR_NONE;
        if (!expand_path(files->cx->arena, value, files->top, &files->out->excludes_file))
            doubt(files, "a core.excludesFile only git can expand");
    } else if (str_eq(key, STR("include.path"))) include(files, value, false);
    else if (str_starts(key, STR("includeif.")) && str_ends(key, STR(".path")))
        include(files, value, true);
}

static bool is_forbidden(Fail fail)
{
    const Json *error = json_get(fail->ext, STR("errno"));
    return error && str_eq(error->string, STR("EACCES"));
}

static void read_file(Files *files, Str path)
{
    Ctx *cx = files->cx;
    Str text = STR_NONE;
    VEC_PUSH(cx->arena, &files->out->files, path);
    Fail fail = os_read_file(cx, OS_CWD, path.ptr, MOST_BYTES, &text);
    if (fail && fail->kind == PROBLEM_NOT_FOUND) return;
    if (fail && files->lenient && is_forbidden(fail)) return;
    Str folder = files->folder;
    files->folder = str_sub(path, 0, str_find_last(path, '/'));
    if (fail) doubt(files, fail->detail.ptr);
    else if (!git_config_parse(cx->arena, text, take_setting, files))
        doubt(files, str_format(cx->arena, STR_FMT " is malformed", STR_ARG(path)).ptr);
    files->folder = folder;
}

// $XDG_CONFIG_HOME/git/NAME, else ~/.config/git/NAME; empty when neither variable is set.
static Str user_file(Arena *arena, const char *name)
{
    Str xdg = os_env("XDG_CONFIG_HOME"), home = os_env("HOME");
    if (xdg.len) return str_format(arena, STR_FMT "/git/%s", STR_ARG(xdg), name);
    if (home.len) return str_format(arena, STR_FMT "/.config/git/%s", STR_ARG(home), name);
    return STR_NONE;
}

static void read_global(Files *files)
{
    Arena *arena = files->cx->arena;
    Str system = os_env("GIT_CONFIG_SYSTEM"), global = os_env("GIT_CONFIG_GLOBAL");
    Str without = os_env("GIT_CONFIG_NOSYSTEM"), home = os_env("HOME");
    if (!without.ptr || !truth_of(without))
        read_file(files, system.ptr ? system : STR("/etc/gitconfig"));
    if (global.ptr) {
        read_file(files, global);
        return;
    }
    Str xdg = user_file(arena, "config");
    files->lenient = true;
    if (xdg.len) read_file(files, xdg);
    if (home.len) read_file(files, str_format(arena, STR_FMT "/.gitconfig", STR_ARG(home)));
    files->lenient = false;
}

// Lets git say what we could not find out. False when it cannot be asked.
static bool ask_git(Ctx *cx, Str git_dir, Str top, GitConfig *out, bool *set_excludes)
{
    Str value = STR_NONE;
    int exit_code = 0;
    if (!git_command_config(cx, git_dir, "path", "core.excludesFile", &value, &exit_code))
        return false;
    *set_excludes = exit_code == 0;
    out->excludes_file = STR_NONE;
    if (*set_excludes) expand_path(cx->arena, value, top, &out->excludes_file);
    if (!git_command_config(cx, git_dir, "bool", "core.ignoreCase", &value, &exit_code))
        return false;
    out->ignore_case = exit_code == 0 && truth_of(value);
    return true;
}

void git_config_read(Ctx *cx, Str git_dir, Str common_dir, bool worktree_config, Str top,
                     GitConfig *out)
{
    *out = (GitConfig){0};
    Files files = {.cx = cx, .out = out, .top = top};
    Str count = os_env("GIT_CONFIG_COUNT");
    if (os_env("GIT_CONFIG_PARAMETERS").len || (count.len && !str_eq(count, STR("0"))))
        doubt(&files, "the environment holds git configuration");
    read_global(&files);
    read_file(&files, str_format(cx->arena, STR_FMT "/config", STR_ARG(common_dir)));
    if (worktree_config)
        read_file(&files, str_format(cx->arena, STR_FMT "/config.worktree", STR_ARG(git_dir)));
    if (out->doubt.len && ask_git(cx, git_dir, top, out, &files.set_excludes))
        out->doubt = STR_NONE;
    if (!files.set_excludes) out->excludes_file = user_file(cx->arena, "ignore");
}
