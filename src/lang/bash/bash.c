// lang/bash/bash.c - Bash and the POSIX shell.
//
// A command is a call of its first word. Variables are definitions where a file sets them outside
// functions; what a function sets is its own business, even without `local`.
#include "lang/bash/bash.h"

const TSLanguage *tree_sitter_bash(void);

static const char *const fields[] = {"name", "value", NULL};

enum {
    S_COMMAND,
    S_COMMAND_NAME,
    S_WORD,
    S_STRING,
    S_RAW_STRING,
    S_VARIABLE_NAME,
    S_VARIABLE_ASSIGNMENT,
    S_FILE_REDIRECT,
    S_HERESTRING_REDIRECT,
};
static const char *const symbols[] = {"command",
                                      "command_name",
                                      "word",
                                      "string",
                                      "raw_string",
                                      "variable_name",
                                      "variable_assignment",
                                      "file_redirect",
                                      "herestring_redirect",
                                      NULL};

static Str text_of(const Extract *x, TSNode node)
{
    return extract_text(x, extract_span(node));
}

static bool is_one_of(Str word, const char *const *list)
{
    for (; *list; list++)
        if (str_eq(word, str_from(*list))) return true;
    return false;
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_name(Str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_name_byte(text.ptr[i])) return false;
    return text.len > 0 && !(text.ptr[0] >= '0' && text.ptr[0] <= '9');
}

// --- names

static bool is_constant_name(Str name)
{
    bool upper = false;
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] >= 'a' && name.ptr[i] <= 'z') return false;
        upper |= name.ptr[i] >= 'A' && name.ptr[i] <= 'Z';
    }
    return upper;
}

static bool is_comment(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    Span span = extract_span(node);
    if (!str_starts(extract_text(x, span), STR("#!"))) return true;
    // "#!/bin/sh" is a comment, but no part of the doc comment below it.
    extract_text_span(x, (TextSpan){.kind = SPAN_COMMENT, .span = span});
    return false;
}

// --- definitions

// The definition starts at `first`: the keyword in front of it, or `node` itself.
static void define_variable(Extract *x, TSNode node, TSNode name, DefKind kind, TSNode first)
{
    if (!extract_is(x, name, S_VARIABLE_NAME)) return; // one element of an array
    DefDraft draft = extract_draft(x, kind, node, name);
    draft.def.full.start = draft.signature.start = ts_node_start_byte(first);
    if (extract_is(x, node, S_VARIABLE_ASSIGNMENT))
        extract_cut_value(&draft, extract_child(x, node, F_VALUE));
    extract_def(x, &draft);
}

// NAME=value by itself, or in front of a command: then it is for that command only.
static bool find_assignment(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    if (x->scope.in_function) return true;
    TSNode outer = ts_node_parent(node);
    if (extract_rule(x, outer) == RULE_HOOK && !extract_is(x, outer, S_COMMAND)) return true;
    if (extract_is(x, outer, S_COMMAND)) {
        // The grammar takes the line behind "a=1 b=2" into the same command.
        TSNode command = extract_child(x, outer, F_NAME);
        uint32_t line = ts_node_end_point(node).row;
        if (!ts_node_is_null(command) && ts_node_start_point(command).row == line) return true;
    }
    define_variable(x, node, extract_child(x, node, F_NAME), DEF_VARIABLE, node);
    return true;
}

// Whether an option of `declare` has the letter: declare -gr NAME.
static bool has_option(Str word, char letter)
{
    return str_starts(word, STR("-")) && str_find(word, letter) < word.len;
}

// declare, typeset, local, export, readonly
static bool find_declaration(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    if (x->scope.in_function) return true;
    Str keyword = text_of(x, ts_node_child(node, 0));
    bool is_readonly = str_eq(keyword, STR("readonly"));
    bool is_export = str_eq(keyword, STR("export"));
    bool declares = !is_readonly && !is_export;
    TSNode first = node;
    uint32_t count = ts_node_named_child_count(node);
    for (uint32_t i = 0; i < count; i++) {
        TSNode child = ts_node_named_child(node, i);
        Str text = text_of(x, child);
        if (has_option(text, 'r')) is_readonly = true;
        if (has_option(text, 'f') || has_option(text, 'F') || has_option(text, 'p')) return true;
        TSNode name = child;
        if (extract_is(x, child, S_VARIABLE_ASSIGNMENT)) name = extract_child(x, child, F_NAME);
        else if (!declares) continue; // says something about a variable that is set elsewhere
        else if (!extract_is(x, child, S_VARIABLE_NAME)) continue; // an option
        bool constant = is_readonly || (is_export && is_constant_name(text_of(x, name)));
        define_variable(x, child, name, constant ? DEF_CONSTANT : DEF_VARIABLE,
                        ts_node_eq(first, node) ? first : child);
        first = child;
    }
    return true;
}

// --- commands

typedef struct Words { // of one command, behind its name
    TSNode first;      // null when there is none
    uint32_t count;
    bool spread; // "$@", $*, "${list[@]}"
} Words;

static bool is_spread(Str word)
{
    if (str_starts(word, STR("\"")) && word.len > 1) word = str_sub(word, 1, word.len - 1);
    return str_eq(word, STR("$@")) || str_eq(word, STR("$*")) || str_eq(word, STR("${@}")) ||
           (str_starts(word, STR("${")) &&
            (str_ends(word, STR("[@]}")) || str_ends(word, STR("[*]}"))));
}

static Words count_words(const Extract *x, TSNode command)
{
    Words words = {0};
    bool behind = false;
    uint32_t count = ts_node_child_count(command);
    for (uint32_t i = 0; i < count; i++) {
        TSNode child = ts_node_child(command, i);
        if (extract_is(x, child, S_COMMAND_NAME)) {
            behind = true;
            continue;
        }
        if (!behind || extract_is(x, child, S_FILE_REDIRECT) ||
            extract_is(x, child, S_HERESTRING_REDIRECT))
            continue;
        if (!words.count && !words.spread) words.first = child;
        if (is_spread(text_of(x, child))) words.spread = true;
        else words.count++;
    }
    return words;
}

// The part of a command's first word that names what runs: "run.sh" of "$dir/run.sh", "cmd" of
// "${cmd[@]}". Empty when there is no such part.
static Span name_in(Str text, Span word)
{
    while (word.start < word.end && strchr("\"'\\", text.ptr[word.start])) word.start++;
    while (word.start < word.end && strchr("\"'", text.ptr[word.end - 1])) word.end--;
    Str whole = str_sub(text, word.start, word.end);
    size_t slash = str_find_last(whole, '/');
    if (slash < whole.len && !str_starts(whole, STR("${"))) word.start += (uint32_t)slash + 1;
    Span none = {word.start, word.start};
    if (word.start < word.end && text.ptr[word.start] == '$') {
        word.start++;
        if (word.start < word.end && text.ptr[word.start] == '{') word.start++;
        uint32_t end = word.start;
        while (end < word.end && is_name_byte(text.ptr[end])) end++;
        word.end = end;
        return word;
    }
    for (uint32_t i = word.start; i < word.end; i++)
        if (strchr("$`\"'(){} \t\n", text.ptr[i])) return none;
    return word;
}

// A command with the assignments in front of it. The grammar takes the line behind "a=1 b=2" into
// the same command, so those on other lines than the first word are not its own.
static Span command_span(const Extract *x, TSNode command, TSNode name)
{
    Span span = extract_span(command);
    uint32_t line = ts_node_start_point(name).row;
    if (ts_node_start_point(command).row == line) return span;
    uint32_t count = ts_node_child_count(command);
    for (uint32_t i = 0; i < count; i++) {
        TSNode child = ts_node_child(command, i);
        bool other =
            extract_is(x, child, S_VARIABLE_ASSIGNMENT) && ts_node_end_point(child).row != line;
        span.start = ts_node_start_byte(child);
        if (!other) break;
    }
    return span;
}

static bool add_call(Extract *x, TSNode command, TSNode word, Words words)
{
    static const char *const keywords[] = {
        "if",   "then", "else", "elif", "fi", "for", "while", "until",    "do",     "done",
        "case", "esac", "in",   "{",    "}",  "!",   "((",    "function", "select", NULL};
    Call call = {.full = command_span(x, command, word)};
    call.name_span = name_in(x->text, extract_span(word));
    call.name = extract_text(x, call.name_span);
    call.callee = extract_fold(x, extract_span(word), 200);
    if (!call.name.len || is_one_of(call.name, keywords)) return false;
    call.arg_count = words.count;
    call.star = words.spread;
    extract_call(x, &call);
    return true;
}

static Str unquoted(const Extract *x, TSNode word, Span *span)
{
    *span = extract_span(word);
    bool quoted = extract_is(x, word, S_STRING) || extract_is(x, word, S_RAW_STRING);
    if (quoted && span->end - span->start > 2) span->start++, span->end--;
    return extract_text(x, *span);
}

static void add_import(Extract *x, TSNode command, TSNode file)
{
    Import row = {.full = extract_span(command)};
    row.module = unquoted(x, file, &row.name_span);
    x->scope.in_import = true;
    extract_import(x, &row);
}

// alias name=value
static void add_aliases(Extract *x, TSNode command)
{
    uint32_t count = ts_node_named_child_count(command);
    TSNode first = command;
    for (uint32_t i = 1; i < count; i++) {
        TSNode word = ts_node_named_child(command, i);
        Str text = text_of(x, word);
        size_t equals = str_find(text, '=');
        if (equals == 0 || equals == text.len || text.ptr[0] == '"' || text.ptr[0] == '\'')
            continue;
        DefDraft draft = extract_draft(x, DEF_MACRO, word, (TSNode){0});
        draft.def.name_span = draft.def.full;
        draft.def.name_span.end = draft.def.full.start + (uint32_t)equals;
        draft.def.name = extract_text(x, draft.def.name_span);
        if (ts_node_eq(first, command))
            draft.def.full.start = draft.signature.start = ts_node_start_byte(command);
        first = word;
        extract_def(x, &draft);
    }
}

// A word that another command runs: exec NAME, sudo NAME, trap NAME EXIT.
static void add_inner_call(Extract *x, TSNode command, Str outer, Words words)
{
    static const char *const runners[] = {"exec",  "command", "builtin", "sudo",
                                          "nohup", "time",    NULL};
    bool is_trap = str_eq(outer, STR("trap"));
    if (!is_trap && !is_one_of(outer, runners)) return;
    Span span;
    Str name = unquoted(x, words.first, &span);
    if (is_trap ? !is_name(name) : !extract_is(x, words.first, S_WORD)) return;
    if (is_trap && words.count < 2) return;
    if (name.ptr[0] == '-' || str_find(name, '=') < name.len) return;
    Words rest = {.count = is_trap ? 0 : words.count - 1, .spread = !is_trap && words.spread};
    add_call(x, command, words.first, rest);
}

// @test "name" { of bats, which the grammar reads as commands up to the one called "}".
static void add_test(Extract *x, TSNode command, TSNode title)
{
    DefDraft draft = extract_draft(x, DEF_FUNCTION, command, (TSNode){0});
    draft.def.name = unquoted(x, title, &draft.def.name_span);
    TSNode next = ts_node_next_named_sibling(command);
    while (!ts_node_is_null(next) && !str_eq(text_of(x, next), STR("}")))
        next = ts_node_next_named_sibling(next);
    if (!ts_node_is_null(next)) draft.def.full.end = ts_node_end_byte(next);
    draft.signature.end = ts_node_end_byte(title);
    extract_def(x, &draft);
}

static bool find_command(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode name = extract_child(x, node, F_NAME);
    if (ts_node_is_null(name)) return true;
    Str word = text_of(x, name);
    Words words = count_words(x, node);
    bool has_words = !ts_node_is_null(words.first);
    if (has_words && (str_eq(word, STR("source")) || str_eq(word, STR(".")))) {
        add_import(x, node, words.first);
        return true;
    }
    if (has_words && str_eq(word, STR("@test"))) {
        add_test(x, node, words.first);
        return true;
    }
    if (has_words && str_eq(word, STR("alias"))) {
        add_aliases(x, node);
        return true;
    }
    if (add_call(x, node, name, words) && has_words) add_inner_call(x, node, word, words);
    return true;
}

// --- errors

// The grammar does not get over some valid scripts. Then a function's head is often left as a word
// with an ERROR "() {" behind it; the body ends, by custom, at a "}" that begins a line.
static bool find_lost_function(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    Span error = extract_span(node);
    if (!str_starts(extract_text(x, error), STR("()"))) return true;
    Span name = {error.start, error.start};
    while (name.start && !strchr(" \t\n;&|(){}$\"'`", x->text.ptr[name.start - 1])) name.start--;
    if (name.start == name.end) return true;
    if (name.start && x->text.ptr[name.start - 1] != '\n') return true;
    Str rest = str_sub(x->text, name.start, x->text.len), line;
    uint32_t end = name.start;
    while (str_next(&rest, '\n', &line)) {
        end = (uint32_t)(line.ptr + line.len - x->text.ptr);
        if (str_starts(line, STR("}"))) break;
    }
    DefDraft own = extract_draft(x, DEF_FUNCTION, node, (TSNode){0});
    own.def.full = (Span){name.start, end};
    own.def.name_span = name;
    own.def.name = extract_text(x, name);
    own.signature = (Span){name.start, error.start + 2};
    extract_def(x, &own);
    return true;
}

static const Rule rules[] = {
    {"function_definition", RULE_DEF, DEF_FUNCTION, .name = "name", .body = "body"},
    {"variable_assignment", RULE_HOOK, .hook = find_assignment},
    {"declaration_command", RULE_HOOK, .hook = find_declaration},
    {"command", RULE_HOOK, .hook = find_command},

    {"ERROR", RULE_HOOK, .hook = find_lost_function},

    {"comment", RULE_COMMENT, .hook = is_comment},
    {"string", .kind = RULE_STRING},
    {"raw_string", .kind = RULE_STRING},
    {"ansi_c_string", .kind = RULE_STRING},
    {"heredoc_body", .kind = RULE_STRING},
    {"regex", .kind = RULE_STRING},
    {"command_substitution", .kind = RULE_CODE},
    {"process_substitution", .kind = RULE_CODE},
    {"arithmetic_expansion", .kind = RULE_CODE},
    {"expansion", .kind = RULE_CODE},
    {"simple_expansion", .kind = RULE_CODE},
    {0},
};

static const char *const aliases[] = {"sh", "shell", NULL};
static const char *const extensions[] = {"sh", "bash", "ksh", "bats", "ebuild", "eclass", NULL};
static const char *const file_names[] = {
    ".bashrc",  ".bash_profile", ".bash_aliases", ".bash_login", ".bash_logout",
    ".profile", "bashrc",        "bash.bashrc",   "PKGBUILD",    "APKBUILD",
    NULL};
static const char *const interpreters[] = {"sh", "bash", "dash", "ksh", "ash", "bats", NULL};

const LangSpec lang_bash_spec = {
    .name = "bash",
    .aliases = aliases,
    .extensions = extensions,
    .file_names = file_names,
    .interpreters = interpreters,
    .grammar = tree_sitter_bash,
    .separator = ".",
    .doc_comments = true,
    .rules = rules,
    .fields = fields,
    .symbols = symbols,
    .names = bash_name_rules,
};
