// op/op.h - an operation: name, typed arguments, result, and a run function.
//
// One file op/<name>.c and one line in ops.def. The command line, help, man page, completions and
// JSON schemas are generated from the row.
#ifndef CQ_OP_OP_H
#define CQ_OP_OP_H

#include "index/universe.h"
#include "op/field.h"
#include "service/result.h"

typedef struct TextStyle {
    bool color;          // ANSI colours wanted
    int width;           // columns of the terminal, 0 when unknown
    size_t budget_bytes; // most of the answer, but for its first and last line; 0: no limit
} TextStyle;

typedef struct OpExample {
    const char *command, *says;
} OpExample;

// How an operation works as a cell of a plan.
typedef struct OpCell {
    uint32_t version; // raised when the same arguments on the same files give another answer
    // The argument (a list of paths) that takes the files found by the cells it needs.
    const char *files;
    bool (*takes)(Str path); // which of them; NULL: all
    // Which files it reads, apart from those: named paths and the flags that add files. NULL: all
    // that the workspace lists.
    void (*selection)(Arena *arena, const void *args, Selection *out);
} OpCell;

typedef enum GraphFormat { GRAPH_DOT, GRAPH_MERMAID } GraphFormat;

typedef struct OpSpec {
    const char *name;          // "search"
    const char *alias;         // a shorter name that is understood, too, or NULL
    const char *summary;       // one line, no full stop
    const char *details;       // paragraphs for help and the man page
    const OpExample *examples; // ends with {0}
    const Field *args;         // ends with {0}
    size_t args_size;
    const Field *result; // of Result.summary; ends with {0}
    size_t result_size;  // of the struct it describes
    const OpCell *cell;  // NULL: not to be had in a plan
    // Its answer depends on arguments, files and index alone, whichever process gives it, so that
    // the command line may leave it to a resident server. Not so what tells of the process, its
    // settings or capabilities (status, doctor, config, cache, metrics, runtime), keeps something
    // in it (scope), says what came out of its memory (run), is long and writes (index), or reads
    // other workspaces (eval).
    bool resident;
    bool tells_server; // Env.server_why is wanted
    // Computes. `args` is a struct of args_size bytes. Fails: any Problem.
    Fail (*run)(Ctx *cx, const Env *env, const void *args, Result *out);
    // Writes the answer for people (--format md).
    void (*text)(Buf *out, const void *args, const Result *result, const TextStyle *style);
    bool keeps_budget; // text() looks at style->budget_bytes; of others, what is over is cut
    // Writes an answer that replaces every format (--count, --files); NULL or returns false when
    // the arguments do not ask for one.
    bool (*plain)(Buf *out, const void *args, const Result *result);
    // Writes the answer as a graph (--format dot, mermaid); NULL: it is none.
    void (*draw)(Buf *out, const void *args, const Result *result, GraphFormat how);
} OpSpec;

#define OP(name) extern const OpSpec op_##name;
#include "op/ops.def"
#undef OP

// Whether a request parses in worker processes: as asked, or as the settings say.
bool op_isolates(const Env *env, bool asked);

const OpSpec *const *op_all(void); // NULL-terminated, in the order of ops.def
const char *const *op_names(void); // NULL-terminated
const OpSpec *op_named(Str name);  // also by its alias; NULL when there is none
Str op_nearest(Str name);          // for "did you mean"; empty when none is near

// The JSON Schema of an operation's whole answer: schema, run, summary, findings, sections.
void op_result_schema(JsonWriter *w, const OpSpec *op);
void op_args_schema(JsonWriter *w, const OpSpec *op);

#endif
