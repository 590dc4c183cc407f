// door/complete.c - completion scripts for shells. Each kind of value has one answer: the choices
// of a field, its known values, files, folders (a path called DIR), or nothing.
#include "door/complete.h"

#include "door/command.h"

typedef enum Source { SOURCE_NONE, SOURCE_WORDS, SOURCE_FILES, SOURCE_FOLDERS } Source;

static Source source_of(const Field *field)
{
    if (field->choices || field->values) return SOURCE_WORDS;
    if (!field_is_path(field)) return SOURCE_NONE;
    return str_eq(str_from(field->value_name), STR("DIR")) ? SOURCE_FOLDERS : SOURCE_FILES;
}

static const char *const *words_of(const Field *field)
{
    return field->choices ? field->choices : field->values();
}

static void add_words(Buf *out, const char *const *words)
{
    for (size_t i = 0; words[i]; i++) buf_addf(out, "%s%s", i ? " " : "", words[i]);
}

static bool is_option(const Field *field)
{
    return !(field->flags & FIELD_POSITIONAL);
}

// Text inside single quotes of a shell.
static void add_quoted(Buf *out, Str s)
{
    buf_byte(out, '\'');
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '\'') buf_add(out, STR("'\\''"));
        else buf_byte(out, s.ptr[i]);
    }
    buf_byte(out, '\'');
}

// --- bash ---

static void bash_options(Buf *out, const Field *table)
{
    for (const Field *field = table; field->name; field++)
        if (is_option(field)) buf_addf(out, " %s", field_label(out->arena, field).ptr);
}

// "search,--lang|search,-l", the pattern of what stands before the value.
static void bash_pattern(Buf *out, const char *command, const Field *field)
{
    buf_addf(out, "    %s,%s", command, field_label(out->arena, field).ptr);
    if (field->letter) buf_addf(out, "|%s,-%c", command, field->letter);
    buf_add(out, STR(") "));
}

static void bash_source(Buf *out, const Field *field)
{
    switch (source_of(field)) {
    case SOURCE_WORDS:
        buf_add(out, STR("_cq_words '"));
        add_words(out, words_of(field));
        buf_byte(out, '\'');
        break;
    case SOURCE_FILES: buf_add(out, STR("_cq_files -f")); break;
    case SOURCE_FOLDERS: buf_add(out, STR("_cq_files -d")); break;
    case SOURCE_NONE: buf_byte(out, ':'); break;
    }
}

static void bash_values(Buf *out, const char *command, const Field *table)
{
    for (const Field *field = table; field->name; field++) {
        if (!is_option(field) || !field_takes_value(field)) continue;
        bash_pattern(out, command, field);
        bash_source(out, field);
        buf_add(out, STR("; return ;;\n"));
    }
}

// What a word that is no option may be: the last positional decides.
static void bash_positionals(Buf *out, const Command *command)
{
    const Field *last = NULL;
    for (const Field *field = command->args; field->name; field++)
        if (!is_option(field) && source_of(field) != SOURCE_NONE) last = field;
    if (!last) return;
    buf_addf(out, "    %s) ", command->name);
    bash_source(out, last);
    buf_add(out, STR(" ;;\n"));
}

static void bash_find_command(Buf *out)
{
    buf_add(out, STR("    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                     "        case ${COMP_WORDS[i]} in\n        "));
    bool first = true;
    for (const Field *field = global_fields; field->name; field++) {
        if (!field_takes_value(field)) continue;
        buf_addf(out, "%s%s", first ? "" : "|", field_label(out->arena, field).ptr);
        first = false;
    }
    buf_add(out, STR(") if [[ ${COMP_WORDS[i+1]} == = ]]; then ((i += 2)); else ((i++)); fi ;;\n"
                     "        -*) ;;\n"
                     "        *) command=${COMP_WORDS[i]}; break ;;\n"
                     "        esac\n    done\n"));
}

static const char bash_head[] =
    "# bash completion for cq. Made by: cq completion bash\n"
    "_cq_words() { mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\"); }\n"
    "_cq_files() {\n"
    "    compopt -o filenames 2>/dev/null\n"
    "    mapfile -t COMPREPLY < <(compgen \"$1\" -- \"$cur\")\n"
    "}\n"
    "_cq() {\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= i\n"
    "    COMPREPLY=()\n"
    "    if [[ $cur == = ]]; then cur=\n"
    "    elif [[ $prev == = ]] && ((COMP_CWORD > 1)); then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n";

void complete_bash(Buf *out)
{
    buf_add(out, str_from(bash_head));
    bash_find_command(out);
    buf_add(out, STR("    case $command,$prev in\n"));
    for (size_t i = 0; i < command_count(); i++) {
        Command command = command_at(i);
        bash_values(out, command.name, command.args);
    }
    bash_values(out, "*", global_fields);
    buf_add(out, STR("    esac\n    if [[ $cur == -* ]]; then\n        local options='"));
    bash_options(out, global_fields);
    buf_add(out, STR("'\n        case $command in\n"));
    for (size_t i = 0; i < command_count(); i++) {
        Command command = command_at(i);
        buf_addf(out, "        %s) options+='", command.name);
        bash_options(out, command.args);
        buf_add(out, STR("' ;;\n"));
    }
    buf_add(out, STR("        esac\n        _cq_words \"$options\"\n        return\n    fi\n"
                     "    case $command in\n    '') _cq_words '"));
    add_words(out, command_names());
    buf_add(out, STR("' ;;\n"));
    for (size_t i = 0; i < command_count(); i++) {
        Command command = command_at(i);
        bash_positionals(out, &command);
    }
    buf_add(out, STR("    esac\n}\ncomplete -F _cq cq\n"));
}

// --- zsh ---

// Text inside the brackets of an _arguments specification.
static Str zsh_text(Arena *arena, Str s)
{
    Buf buf = buf_on(arena);
    for (size_t i = 0; i < s.len; i++) {
        if (strchr("[]:\\", s.ptr[i]) && s.ptr[i]) buf_byte(&buf, '\\');
        buf_byte(&buf, s.ptr[i]);
    }
    return buf_str(&buf);
}

// ":VALUE:action"
static void zsh_value(Buf *spec, const Field *field)
{
    buf_byte(spec, ':');
    Str name =
        is_option(field) ? field_value_name(spec->arena, field) : field_label(spec->arena, field);
    buf_add(spec, zsh_text(spec->arena, name));
    buf_byte(spec, ':');
    switch (source_of(field)) {
    case SOURCE_WORDS:
        buf_byte(spec, '(');
        add_words(spec, words_of(field));
        buf_byte(spec, ')');
        break;
    case SOURCE_FILES: buf_add(spec, STR("_files")); break;
    case SOURCE_FOLDERS: buf_add(spec, STR("_files -/")); break;
    case SOURCE_NONE: buf_byte(spec, ' '); break;
    }
}

static void zsh_option(Buf *out, const Field *field)
{
    Str label = field_label(out->arena, field);
    Buf rest = buf_on(out->arena);
    if (field_takes_value(field)) buf_byte(&rest, '=');
    buf_addf(&rest, "[%s]", zsh_text(out->arena, str_from(field->help)).ptr);
    if (field_takes_value(field)) zsh_value(&rest, field);
    Buf spec = buf_on(out->arena);
    const char *star = field_is_list(field) ? "*" : "";
    buf_addf(&spec, "%s%s" STR_FMT, star, label.ptr, STR_ARG(buf_str(&rest)));
    buf_add(out, STR(" \\\n            "));
    add_quoted(out, buf_str(&spec));
    if (!field->letter) return;
    Buf brief = buf_on(out->arena);
    Str tail = buf_str(&rest);
    if (field_takes_value(field)) tail = str_sub(tail, 1, tail.len);
    buf_addf(&brief, "%s-%c%s" STR_FMT, star, field->letter, field_takes_value(field) ? "+" : "",
             STR_ARG(tail));
    buf_add(out, STR(" \\\n            "));
    add_quoted(out, buf_str(&brief));
}

static void zsh_fields(Buf *out, const Field *table)
{
    int position = 0;
    for (const Field *field = table; field->name; field++) {
        if (is_option(field)) {
            zsh_option(out, field);
            continue;
        }
        Buf spec = buf_on(out->arena);
        if (field_is_list(field)) buf_byte(&spec, '*');
        else buf_addf(&spec, "%d", ++position);
        zsh_value(&spec, field);
        buf_add(out, STR(" \\\n            "));
        add_quoted(out, buf_str(&spec));
    }
}

void complete_zsh(Buf *out)
{
    buf_add(out, STR("#compdef cq\n# zsh completion for cq. Made by: cq completion zsh\n"
                     "_cq() {\n    local curcontext=$curcontext state line\n"
                     "    local -a commands\n    commands=(\n"));
    for (size_t i = 0; i < command_count(); i++) {
        Command command = command_at(i);
        buf_add(out, STR("        "));
        Str says = zsh_text(out->arena, str_from(command.summary));
        add_quoted(out, str_format(out->arena, "%s:" STR_FMT, command.name, STR_ARG(says)));
        buf_byte(out, '\n');
    }
    buf_add(out, STR("    )\n    _arguments -C -s"));
    zsh_fields(out, global_fields);
    buf_add(out, STR(" \\\n            '1:command:->command' '*::argument:->argument'\n"
                     "    case $state in\n    command) _describe command commands ;;\n"
                     "    argument)\n        case $words[1] in\n"));
    for (size_t i = 0; i < command_count(); i++) {
        Command command = command_at(i);
        buf_addf(out, "        %s) _arguments -s", command.name);
        zsh_fields(out, command.args);
        zsh_fields(out, global_fields);
        buf_add(out, STR(" ;;\n"));
    }
    buf_add(out, STR("        esac ;;\n    esac\n}\n"
                     "if [[ $funcstack[1] == _cq ]]; then _cq \"$@\"; else compdef _cq cq; fi\n"));
}

// --- fish ---

static void fish_source(Buf *out, const Field *field)
{
    switch (source_of(field)) {
    case SOURCE_WORDS:
        buf_add(out, STR(" -x -a '"));
        add_words(out, words_of(field));
        buf_byte(out, '\'');
        break;
    case SOURCE_FILES: buf_add(out, STR(" -r -F")); break;
    case SOURCE_FOLDERS: buf_add(out, STR(" -x -a '(__fish_complete_directories)'")); break;
    case SOURCE_NONE: buf_add(out, STR(" -x")); break;
    }
}

// In fish's single quotes only \ and ' are special.
static void fish_says(Buf *out, Str s)
{
    buf_add(out, STR(" -d '"));
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '\'' || s.ptr[i] == '\\') buf_byte(out, '\\');
        buf_byte(out, s.ptr[i]);
    }
    buf_byte(out, '\'');
}

static void fish_begin(Buf *out, const char *command)
{
    buf_add(out, STR("complete -c cq"));
    if (command) buf_addf(out, " -n '__fish_seen_subcommand_from %s'", command);
}

static void fish_fields(Buf *out, const char *command, const Field *table)
{
    for (const Field *field = table; field->name; field++) {
        if (!is_option(field) && source_of(field) == SOURCE_NONE) continue;
        fish_begin(out, command);
        if (is_option(field)) {
            buf_addf(out, " -l %s", field_option(out->arena, field).ptr);
            if (field->letter) buf_addf(out, " -s %c", field->letter);
            fish_says(out, str_from(field->help));
            if (field_takes_value(field)) fish_source(out, field);
        } else if (field_is_path(field)) {
            buf_add(out, STR(" -F"));
        } else {
            buf_add(out, STR(" -a '"));
            add_words(out, words_of(field));
            buf_byte(out, '\'');
        }
        buf_byte(out, '\n');
    }
}

void complete_fish(Buf *out)
{
    buf_add(out, STR("# fish completion for cq. Made by: cq completion fish\ncomplete -c cq -f\n"));
    for (size_t i = 0; i < command_count(); i++) {
        Command command = command_at(i);
        buf_addf(out, "complete -c cq -n __fish_use_subcommand -a %s", command.name);
        fish_says(out, str_from(command.summary));
        buf_byte(out, '\n');
    }
    fish_fields(out, NULL, global_fields);
    for (size_t i = 0; i < command_count(); i++) {
        Command command = command_at(i);
        fish_fields(out, command.name, command.args);
    }
}
