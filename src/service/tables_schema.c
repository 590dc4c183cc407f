// service/tables_schema.c - the tables of cq sql as data.
#include "service/tables.h"

#define TEXT(column, help)                                                                         \
    {                                                                                              \
        column, DUCK_TEXT, "VARCHAR", help                                                         \
    }
#define WHOLE(column, help)                                                                        \
    {                                                                                              \
        column, DUCK_INT, "INTEGER", help                                                          \
    }
#define TRUTH(column, help)                                                                        \
    {                                                                                              \
        column, DUCK_BOOL, "BOOLEAN", help                                                         \
    }
#define COLUMNS(list) .columns = (list), .count = ARRAY_LEN(list)

static const TableColumn files[] = {
    TEXT("path", "relative to the root"),
    TEXT("language", "NULL when it is none that cq parses"),
    TEXT("form", "code, docs or data"),
    WHOLE("bytes", "size"),
    WHOLE("lines", "how many"),
    TRUTH("test", "its path is that of a test"),
    TRUTH("partial", "the parse met errors"),
    TEXT("digest", "BLAKE2b-256 of its bytes"),
    TEXT("skipped", "why it was not read, and is in no other table; else NULL"),
};

static const TableColumn chunks[] = {
    TEXT("path", "of the file"),
    WHOLE("chunk", "its number in the file, from 0"),
    WHOLE("first_line", "from 1"),
    WHOLE("last_line", "included"),
    WHOLE("words", "in it, as the index counts them"),
};

static const TableColumn definitions[] = {
    TEXT("path", "of the file"),
    WHOLE("line", "of the name"),
    TEXT("name", "as the language writes it; of a heading its text"),
    TEXT("kind", "function, method, class, ... or heading"),
    TEXT("qualified", "with the names around it: App.run, a::b"),
    TEXT("parent", "qualified name of the definition around it; NULL at the top of a file"),
    WHOLE("start_line", "first line, decorators included"),
    WHOLE("end_line", "last line"),
    TRUTH("declaration", "without a body: a prototype or forward declaration"),
    TEXT("signature", "on one line, without the body"),
};

static const TableColumn refs[] = {
    TEXT("path", "of the file"),
    WHOLE("line", "where the name stands"),
    TEXT("name", "that is used; of an import without names the module"),
    TEXT("category", "call or import"),
    TEXT("receiver", "of a call: what stands before the last name; else NULL"),
    TEXT("module", "of an import; else NULL"),
    TEXT("enclosing", "qualified name of the definition around it; NULL at the top of a file"),
};

static const TableColumn vectors[] = {
    TEXT("path", "of the file"),
    WHOLE("chunk", "its number in the file"),
    {"vector", DUCK_REAL, NULL, "of its text, of length 1; dimensions as embed.backend makes them"},
};

static const TableColumn meta[] = {
    TEXT("key", "made_by, root, embedding, dimensions, limit, commit"),
    TEXT("value", "how the tables were made"),
};

static const TableColumn last_commits[] = {
    TEXT("path", "of the file"),
    TEXT("id", "of the last commit that changed it"),
    TEXT("time", "when that was written: 2026-11-21T09:54:53.000Z"),
    TEXT("author", "who wrote it"),
};

static const TableColumn edges[] = {
    TEXT("caller", "qualified name of the definition that calls; NULL at the top of a file"),
    TEXT("path", "of the call"),
    WHOLE("line", "of the call"),
    TEXT("callee", "the name called"),
    TEXT("receiver", "what stands before it: self, a.b"),
    TEXT("callee_path", "where it is defined; NULL unless certainty is likely"),
    WHOLE("callee_line", "likewise"),
    TEXT("certainty",
         "likely: the workspace has exactly one function, method, class, struct or macro of that "
         "name; else name_only"),
};

const TableSpec table_specs[] = {
    [TABLE_FILES] = {"files", "every file of the workspace", COLUMNS(files)},
    [TABLE_CHUNKS] = {"chunks", "pieces of files as find ranks them; every line is in one",
                      COLUMNS(chunks)},
    [TABLE_DEFINITIONS] = {"definitions", "what is defined where", COLUMNS(definitions)},
    [TABLE_REFS] = {"refs", "calls and imports (for other uses of a name ask cq search)",
                    COLUMNS(refs)},
    [TABLE_VECTORS] = {"vectors", "of chunks; empty while embed.backend is none", COLUMNS(vectors)},
    [TABLE_META] = {"meta", "about the tables", COLUMNS(meta)},
    [TABLE_LAST_COMMITS] = {"last_commits",
                            "of files in git, as the last cq index saw them; empty without one",
                            COLUMNS(last_commits)},
    [TABLE_EDGES] =
        {"edges", "who calls what (a view of refs and definitions)", COLUMNS(edges),
         .view = "SELECT r.enclosing AS caller, r.path, r.line, r.name AS callee, r.receiver,"
                 " d.path AS callee_path, d.line AS callee_line,"
                 " CASE WHEN d.name IS NULL THEN 'name_only' ELSE 'likely' END AS certainty"
                 " FROM refs r LEFT JOIN (SELECT name, min(path) AS path, min(line) AS line"
                 " FROM definitions WHERE NOT declaration AND kind IN"
                 " ('function', 'method', 'class', 'struct', 'macro')"
                 " GROUP BY name HAVING count(*) = 1) d ON d.name = r.name"
                 " WHERE r.category = 'call'"},
};

Str table_create(Arena *arena, TableId table, uint32_t dims)
{
    const TableSpec *spec = &table_specs[table];
    Buf out = buf_on(arena);
    buf_addf(&out, "CREATE OR REPLACE %s %s ", spec->view ? "VIEW" : "TABLE", spec->name);
    if (spec->view) {
        buf_addf(&out, "AS %s", spec->view);
        return buf_str(&out);
    }
    for (size_t i = 0; i < spec->count; i++) {
        buf_addf(&out, "%s%s ", i ? ", " : "(", spec->columns[i].name);
        if (spec->columns[i].type) buf_add(&out, str_from(spec->columns[i].type));
        else buf_addf(&out, "FLOAT[%u]", dims);
    }
    buf_byte(&out, ')');
    return buf_str(&out);
}

Fail table_writer(Ctx *cx, DuckDb *db, TableId table, uint32_t dims, DuckWriter **out)
{
    const TableSpec *spec = &table_specs[table];
    DuckColumn columns[DUCK_MOST_COLUMNS];
    for (size_t i = 0; i < spec->count; i++) columns[i] = (DuckColumn){spec->columns[i].kind, dims};
    return duck_writer_new(cx, db, spec->name, columns, spec->count, out);
}
