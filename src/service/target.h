// service/target.h - what a question about code is about: TARGET becomes definitions.
//
//   NAME, Class.method, a::b     every definition whose qualified name ends so; with leading parts
//                                that name its file or package: pkg.mod.Class.method
//   path:line                    the definition whose head is on that line, else the one around it
//   path:line:col                the same, or what the use at that place means
//   path                         the file itself, as a module
//
// Lines count from 1, columns are bytes from 0, as answers give them. A definition's name goes
// before a path, unless there is a '/' in it.
//
// Threads, memory, blocks: as service/code.h.
#ifndef CQ_SERVICE_TARGET_H
#define CQ_SERVICE_TARGET_H

#include "service/code.h"
#include "service/search.h"

// How the text reads, before anything is looked up.
typedef struct TargetText {
    Str path;           // what stands before the line; without one, the whole
    uint32_t line, col; // line 0: none
    bool has_col;
    const Str *parts; // of a name: "a", "b" of a::b; none when it cannot be one
    size_t part_count;
} TargetText;
TargetText target_read(Arena *arena, Str text);

typedef struct Subject { // one definition, or a file
    DefRef ref;          // ref.def WORLD_NONE: the file itself
    DefKind kind;
    Role role;
    Str path, name, qualified, signature;
    LangId lang;
    CodePlace name_place; // of its name; of a file: its first byte
    CodePlace place;      // of all of it
    uint32_t ordinal;     // among definitions of that qualified name in the file
    bool declaration;
    Str condition; // C and C++, of what was asked for: the #if that it stands under, or empty
} Subject;

typedef enum TargetHow {
    TARGET_NAME,      // by its name
    TARGET_LINE,      // its head is on the line asked for
    TARGET_ENCLOSING, // the line is inside of it
    TARGET_USE,       // the use at that place means it
    TARGET_FILE,
} TargetHow;
const char *target_how_name(TargetHow how);

typedef struct Subjects {
    const Subject *items; // source before tests and vendored code; then by path and place
    size_t count;
    TargetHow how;
    uint32_t line;       // that was asked for, or 0
    Certainty certainty; // of the use that was asked for; else exact
    Reason reason;
    Str external;       // the use means this, which is outside of the workspace
    size_t other_kind;  // definitions of that name that were left out: they cannot be called
    const Str *nearest; // on a miss
    size_t nearest_count;
} Subjects;

typedef enum TargetWants {
    TARGET_ANY,      // also a file without names (world_file gives NULL); `line` tells where in it
    TARGET_CALLABLE, // where some of several definitions can be called, the others are left out
} TargetWants;
// A miss is no failure: count is 0. Fails: as line_ref_read; BAD_REQUEST (a line behind the end; a
// file without names, when something callable is wanted).
MUST_CHECK Fail target_find(Code *code, Str text, TargetWants wants, Subjects *out);
// A subject for one definition, or for a file.
void target_subject(Code *code, DefRef ref, Subject *out);
// Whether the subject's qualified name, and before it its path, end with these parts.
bool target_fits(Str path, Str qualified, const Str *parts, size_t count);
// How a user names it again, exactly: path:line.
Str target_again(Arena *arena, const Subject *subject);

#endif
