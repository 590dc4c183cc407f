// index/path_class.c
#include "index/path_class.h"

typedef const char *const Names[];

static bool is_one_of(Str s, const char *const *names)
{
    for (; *names; names++)
        if (str_eq_nocase(s, str_from(*names))) return true;
    return false;
}

const char *path_form_name(PathForm form)
{
    static const char *const names[FORMS] = {"code", "docs", "docs", "data"};
    return names[form];
}

Str path_file_name(Str path)
{
    size_t slash = str_find_last(path, '/');
    return slash < path.len ? str_sub(path, slash + 1, path.len) : path;
}

Str path_folder(Str path)
{
    size_t slash = str_find_last(path, '/');
    return slash < path.len ? str_sub(path, 0, slash) : STR_NONE;
}

static Str extension_of(Str name)
{
    size_t dot = str_find_last(name, '.');
    return dot < name.len && dot > 0 ? str_sub(name, dot + 1, name.len) : STR_NONE;
}

Str path_stem(Str path)
{
    Str name = path_file_name(path), extension = extension_of(name);
    return extension.ptr ? str_sub(name, 0, name.len - extension.len - 1) : name;
}

PathForm path_form(Str path, LangId lang)
{
    static Names code = {
        "rb",      "rake",   "php",    "kt",   "kts",  "swift", "scala", "sbt",  "sc",    "ex",
        "exs",     "dart",   "lua",    "sql",  "zig",  "hs",    "lhs",   "cs",   "erl",   "hrl",
        "clj",     "cljs",   "cljc",   "ml",   "mli",  "fs",    "fsx",   "pl",   "pm",    "r",
        "jl",      "groovy", "gradle", "m",    "mm",   "vim",   "el",    "lisp", "scm",   "rkt",
        "nim",     "v",      "sv",     "vhd",  "asm",  "s",     "cu",    "cuh",  "proto", "thrift",
        "graphql", "vue",    "svelte", "ps1",  "bat",  "cmake", "awk",   "sed",  "tcl",   "d",
        "cr",      "pas",    "f",      "f90",  "f95",  "for",   "ada",   "adb",  "ads",   "elm",
        "purs",    "sol",    "wat",    "glsl", "vert", "frag",  "comp",  "hlsl", "metal", "wgsl",
        "y",       "l",      "yy",     "ll",   "pyx",  "pxd",   "pxi",   "fish", "zsh",   "tf",
        "nix",     "bzl",    "star",   "mk",   "heex", "eex",   "erb",   NULL};
    static Names code_names = {"makefile", "gnumakefile", "cmakelists.txt", "dockerfile",
                               "rakefile", "gemfile",     "jenkinsfile",    "vagrantfile",
                               "build",    "workspace",   "build.bazel",    NULL};
    static Names markdown = {"md", "markdown", "mdx", "rst", "adoc", "asciidoc", "org", NULL};
    static Names prose = {"txt", "text", "tex", "texi", "pod",  "rdoc", "man", "1",
                          "3",   "5",    "7",   "8",    "html", "htm",  NULL};
    static Names prose_names = {"readme",  "changelog",    "changes", "news",
                                "authors", "license",      "copying", "todo",
                                "install", "contributing", NULL};
    if (lang != LANG_NONE) return FORM_CODE;
    Str name = path_file_name(path), extension = extension_of(name);
    if (is_one_of(name, code_names) || is_one_of(extension, code)) return FORM_CODE;
    if (is_one_of(extension, markdown)) return FORM_MARKDOWN;
    if (is_one_of(extension, prose) || is_one_of(name, prose_names)) return FORM_PROSE;
    return FORM_DATA;
}

static bool is_test_name(Str name)
{
    static const char *const ends[] = {"_test", "_tests", "_spec", "-test", "-spec",
                                       "Test",  "Tests",  "Spec",  "Suite", "TestCase"};
    Str stem = path_stem(name);
    if (str_starts(name, STR("test_")) || str_starts(name, STR("test-")) ||
        str_contains(name, STR(".test.")) || str_contains(name, STR(".spec.")) ||
        str_starts(name, STR("test_helper")) || str_starts(name, STR("spec_helper")) ||
        str_eq(stem, STR("conftest")))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (stem.len > strlen(ends[i]) && str_ends(stem, str_from(ends[i]))) return true;
    return false;
}

unsigned path_flags(Str path)
{
    static Names test_folders = {
        "test", "tests",     "__tests__", "spec",        "specs",    "testing",    "testdata",
        "mock", "mocks",     "__mocks__", "fixture",     "fixtures", "test-utils", "test_utils",
        "e2e",  "unittests", "selftests", "androidTest", "jvmTest",  "commonTest", NULL};
    static Names example_folders = {
        "example",    "examples", "docs_src",  "doc",        "docs",    "sample",
        "samples",    "demo",     "demos",     "bench",      "benches", "benchmark",
        "benchmarks", "tutorial", "tutorials", "playground", NULL};
    static Names compat_folders = {"compat",     "_compat",      "legacy",
                                   "deprecated", "deprecations", NULL};
    unsigned flags = 0;
    Str rest = path_folder(path), folder, stem = path_stem(path);
    while (str_next(&rest, '/', &folder)) {
        if (is_one_of(folder, test_folders)) flags |= PATH_TEST;
        if (is_one_of(folder, example_folders)) flags |= PATH_EXAMPLE;
        if (is_one_of(folder, compat_folders)) flags |= PATH_COMPAT;
    }
    if (is_test_name(path_file_name(path))) flags |= PATH_TEST;
    if (str_ends(stem, STR("_bench")) || str_ends(stem, STR("_benchmark"))) flags |= PATH_EXAMPLE;
    if (str_ends(stem, STR("compat"))) flags |= PATH_COMPAT;
    return flags;
}
