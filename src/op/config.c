// op/config.c - "config": every setting with its value and where that came from.
#include "base/nearest.h"
#include "base/vec.h"
#include "index/universe.h"
#include "op/op.h"
#include "op/table.h"
#include "runtime/policy_spec.h"

typedef struct ConfigArgs {
    Str action, key;
} ConfigArgs;

static const char *const actions[] = {"show", "docs", NULL};

static const Field args[] = {
    FIELD(ConfigArgs, action, STR,
          "show: the settings in force; docs: all there is to set, as Markdown",
          .flags = FIELD_POSITIONAL | FIELD_REQUIRED, .choices = actions),
    FIELD(ConfigArgs, key, STR, "show only this setting, or those of this section",
          .flags = FIELD_POSITIONAL),
    {0},
};

typedef struct SettingRow {
    Str key, value, source, allowed, fallback, help;
    StrList environment;
    bool from_file;
} SettingRow;

static const Field setting_fields[] = {
    FIELD(SettingRow, key, STR, "as in the file, sections and key joined by dots"),
    FIELD(SettingRow, value, STR, "in force"),
    FIELD(SettingRow, source, STR, "default, FILE:LINE:COLUMN, environment NAME, or option --NAME"),
    FIELD(SettingRow, allowed, STR, "which values are"),
    FIELD(SettingRow, fallback, STR, "the default, or how it is found"),
    FIELD(SettingRow, environment, STRS, "variables that set it"),
    FIELD(SettingRow, help, STR, "what it is for"),
    {0},
};

typedef struct ConfigSummary {
    Str file;
    uint64_t set;
    RecordList settings;
} ConfigSummary;

static const Field result[] = {
    FIELD(ConfigSummary, file, PATH, "that was read; empty for none"),
    FIELD(ConfigSummary, set, SIZE, "settings shown that are not left at their defaults"),
    FIELD(ConfigSummary, settings, RECORDS, "in the order of the documentation",
          .sub = setting_fields, .sub_size = sizeof(SettingRow)),
    {0},
};

static StrList variables_of(Arena *arena, const Policy *policy, PolicySetting at)
{
    size_t count = 0;
    Str *names = ARENA_ARRAY(arena, Str, ARRAY_LEN(at.spec->env));
    while (count < ARRAY_LEN(at.spec->env) && at.spec->env[count]) {
        names[count] = policy_env(arena, policy, at, count);
        count++;
    }
    return (StrList){names, count};
}

static SettingRow make_row(Arena *arena, const Policy *policy, PolicySetting at)
{
    PolicySource source = policy_source(policy, at);
    return (SettingRow){.key = policy_key(arena, policy, at),
                        .value = policy_text(arena, policy, at),
                        .source = policy_source_text(arena, &source),
                        .allowed = policy_allowed(arena, at.spec),
                        .fallback = policy_default(arena, policy, at),
                        .environment = variables_of(arena, policy, at),
                        .help = str_from(at.spec->help),
                        .from_file = source.kind == SOURCE_FILE};
}

static bool is_below(Str key, Str wanted)
{
    if (str_ends(wanted, STR("."))) wanted.len--;
    if (!wanted.len || str_eq(key, wanted)) return true;
    return str_starts(key, wanted) && key.len > wanted.len && key.ptr[wanted.len] == '.';
}

// A profile that says nothing of its own is shown when it is asked for.
static bool is_shown(const Policy *policy, PolicySetting at, Str key, Str wanted)
{
    return is_below(key, wanted) && (wanted.len || policy_is_own(policy, at));
}

static Fail nothing_below(Arena *arena, const Policy *policy, Str wanted)
{
    Nearest nearest = nearest_to(wanted);
    for (PolicySetting at = {0}; policy_next(policy, &at);) {
        Str key = policy_key(arena, policy, at);
        for (size_t dot = 0; dot < key.len; dot++) // the sections around it, too
            if (key.ptr[dot] == '.') nearest_offer(&nearest, str_sub(key, 0, dot));
        nearest_offer(&nearest, key);
    }
    return FAIL(arena, BAD_REQUEST, "no setting and no section \"" STR_FMT "\"%s", STR_ARG(wanted),
                nearest_phrase(arena, &nearest, ""));
}

// What a file says is a place in it: --format lines, and findings in JSON.
static void make_findings(Arena *arena, const Policy *policy, const PolicySetting *shown,
                          const ConfigSummary *summary, Result *out)
{
    const SettingRow *rows = summary->settings.items;
    Finding *findings = ARENA_ARRAY(arena, Finding, summary->settings.count);
    for (size_t i = 0; i < summary->settings.count; i++) {
        if (!rows[i].from_file) continue;
        PolicySource source = policy_source(policy, shown[i]);
        findings[out->finding_count++] = (Finding){
            .path = source.name,
            .line = source.line,
            .col = source.col - 1,
            .end_line = source.line,
            .end_col = source.col - 1,
            .category = STR("setting"),
            .text = str_join(arena, rows[i].key, STR(": "), rows[i].value),
        };
    }
    out->data = findings;
    out->make_finding = result_array_finding;
}

static Fail run(Ctx *cx, const Env *env, const void *arguments, Result *out)
{
    const ConfigArgs *from = arguments;
    const Policy *policy = env->policy;
    if (str_eq(from->action, STR("docs")) && from->key.len)
        return FAIL(cx->arena, BAD_REQUEST, "docs tells of all settings; it takes no KEY");
    VEC(SettingRow) rows = {0};
    VEC(PolicySetting) shown = {0};
    ConfigSummary *summary = ARENA_NEW(cx->arena, ConfigSummary);
    summary->file = env->config_file;
    for (PolicySetting at = {0}; policy_next(policy, &at);) {
        if (!is_shown(policy, at, policy_key(cx->arena, policy, at), from->key)) continue;
        VEC_PUSH(cx->arena, &rows, make_row(cx->arena, policy, at));
        VEC_PUSH(cx->arena, &shown, at);
        summary->set += policy_source(policy, at).kind != SOURCE_DEFAULT;
    }
    if (!rows.len) return nothing_below(cx->arena, policy, from->key);
    summary->settings = (RecordList){rows.items, rows.len};
    Workspace workspace;
    TRY(env_workspace(cx, env, !env->root.len, &workspace));
    *out = (Result){.summary = summary, .found = true, .root = workspace.root};
    workspace_close(&workspace);
    make_findings(cx->arena, policy, shown.items, summary, out);
    return NULL;
}

// --- for people ---

enum { COLUMNS = 4 };

static void text(Buf *out, const void *arguments, const Result *of, const TextStyle *style)
{
    (void)arguments;
    (void)style;
    const Str heads[COLUMNS] = {STR("setting"), STR("value"), STR("source"), STR("allowed")};
    const ConfigSummary *summary = of->summary;
    const SettingRow *rows = summary->settings.items;
    Str *cells = ARENA_ARRAY(out->arena, Str, summary->settings.count * COLUMNS);
    for (size_t i = 0; i < summary->settings.count; i++) {
        cells[i * COLUMNS] = rows[i].key;
        cells[i * COLUMNS + 1] = rows[i].value;
        cells[i * COLUMNS + 2] = rows[i].source;
        cells[i * COLUMNS + 3] = rows[i].allowed;
    }
    table_write(out, heads, COLUMNS, cells, summary->settings.count);
    buf_addf(out, "\n%llu of %zu set", (unsigned long long)summary->set, summary->settings.count);
    if (summary->file.len) buf_addf(out, "; file: " STR_FMT, STR_ARG(summary->file));
    buf_byte(out, '\n');
}

// --- docs: what there is to set, the same on every machine ---

static Str pattern_text(Arena *arena, const char *pattern, const char *name)
{
    Str whole = str_from(pattern);
    size_t star = str_find(whole, '*');
    if (star == whole.len) return whole;
    return str_format(arena, STR_FMT "%s%s", STR_ARG(str_sub(whole, 0, star)), name,
                      pattern + star + 1);
}

static void docs_setting(Buf *out, const PolicySpec *spec)
{
    static const char *const key_names[] = {"", "<namespace>", "<command>"};
    static const char *const variable_names[] = {"", "<NAMESPACE>", "<COMMAND>"};
    Arena *arena = out->arena;
    Str key = pattern_text(arena, spec->key, key_names[spec->each]);
    Str fallback = str_from(spec->fallback ? spec->fallback : spec->computed);
    bool literal = spec->fallback && fallback.len;
    buf_addf(out, "- `" STR_FMT "`: %s.\n", STR_ARG(key), spec->help);
    buf_addf(out, "  %s; default: %s%s%s.\n", policy_allowed(arena, spec).ptr, literal ? "`" : "",
             fallback.len ? fallback.ptr : "nothing", literal ? "`" : "");
    buf_add(out, STR("  Variables: "));
    for (size_t i = 0; i < ARRAY_LEN(spec->env) && spec->env[i]; i++)
        buf_addf(out, "%s`%s`", i ? ", " : "",
                 pattern_text(arena, spec->env[i], variable_names[spec->each]).ptr);
    if (spec->option) buf_addf(out, "; option: `%s`", spec->option);
    if (spec->is_protected) buf_add(out, STR(". Not in the file of a workspace"));
    buf_add(out, STR(".\n"));
}

static void docs_namespaces(Buf *out, const ConfigSummary *summary)
{
    const SettingRow *rows = summary->settings.items;
    buf_add(out, STR("  Namespaces, and their defaults:"));
    const char *between = "";
    for (size_t i = 0; i < summary->settings.count; i++) {
        Str key = rows[i].key, head = STR("cache.namespaces."), tail = STR(".ttl_seconds");
        if (!str_starts(key, head) || !str_ends(key, tail)) continue;
        Str name = str_sub(key, head.len, key.len - tail.len);
        buf_addf(out, "%s `" STR_FMT "` " STR_FMT, between, STR_ARG(name),
                 STR_ARG(rows[i].fallback));
        between = ",";
    }
    buf_add(out, STR(".\n"));
}

static bool plain(Buf *out, const void *arguments, const Result *of)
{
    const ConfigArgs *from = arguments;
    if (!str_eq(from->action, STR("docs"))) return false;
    Str last = STR_NONE;
    for (const PolicySpec *spec = policy_specs; spec->key; spec++) {
        Str key = str_from(spec->key), section = str_sub(key, 0, str_find(key, '.'));
        if (!str_eq(section, last))
            buf_addf(out, "%s### %.*s\n\n", last.len ? "\n" : "", STR_ARG(section));
        last = section;
        docs_setting(out, spec);
        if (spec->each == POLICY_NAMESPACE && spec->type == POLICY_INT)
            docs_namespaces(out, of->summary);
    }
    return true;
}

static const OpExample examples[] = {
    {"cq config show", "every setting, its value and where that came from"},
    {"cq config show cache", "only those of a section"},
    {"cq config show --no-config --format json", "as it would be without a file"},
    {"cq config docs", "what can be set, in the file or by variables"},
    {0},
};

const OpSpec op_config = {
    .name = "config",
    .summary = "The settings in force, and where each came from",
    .details =
        "A setting is taken from the strongest of: its default, the file, the environment, the "
        "command line. The file is .cq.yaml in the workspace root (--root, or the top of the git "
        "working tree), or the one that --config or CQ_CONFIG names. Whatever cq does, an unknown "
        "key, an unknown CQ_RUNTIME_ or CQ_CACHE_ variable, or a value that is not allowed is a "
        "problem before anything runs; so this command fails then, too, and says where.\n"
        "Settings of profiles are shown when they are set, or asked for: cq config show profiles.\n"
        "Exit status: 0, or 2 and above on a problem.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(ConfigArgs),
    .result = result,
    .result_size = sizeof(ConfigSummary),
    .run = run,
    .text = text,
    .plain = plain,
};
