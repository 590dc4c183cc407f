// resolve/value.h - what an expression stands for. Private to resolve/.
//
//   evaluate: NAME -> lookup.c (scopes, imports)    MEMBER -> member.c (modules, types, bases)
//             CALL -> instance of a type, or what a function returns
//
// A set of values has a certainty of its own: that of the weakest step that led to it.
#ifndef CQ_RESOLVE_VALUE_H
#define CQ_RESOLVE_VALUE_H

#include "resolve/resolve.h"

typedef enum ValueKind {
    VALUE_EXTERNAL, // something outside of the workspace, or of a built-in type
    VALUE_FILE,     // a module: `file`
    VALUE_FOLDER,   // a package: `name` is its path; "" the root
    VALUE_DEF,      // a definition itself: a function, a type, a variable that nothing is known of
    VALUE_OBJECT,   // an object of the type `ref`
    VALUE_SUPER,    // the same, seen from its bases on
} ValueKind;

typedef struct Value {
    ValueKind kind;
    DefRef ref;    // DEF, OBJECT, SUPER
    uint32_t file; // FILE
    Str name;      // FOLDER: path; EXTERNAL: what is known of its name
    // Of containers: the type of what is in them; expression `item` (1 + index) of file item_file.
    uint32_t item_file, item;
} Value;

enum { VALUES_MOST = 16 }; // of one expression; more is "several", unlisted

typedef struct Values { // none: nothing is known. One is kept of each expression: no gaps in it
    const Value *items;
    // The definitions that the expression names, which may be variables that hold the values.
    const DefRef *named;
    uint32_t count, named_count;
    Certainty certainty; // EXACT, LIKELY or DYNAMIC
    Reason reason;
} Values;

struct Resolver {
    World *world;
    Ctx *cx;
    Arena *arena;
    int depth;
    uint32_t circles;               // how often an evaluation met itself, or went too deep
    Map orders;                     // DefRef -> TypeOrder *
    Map modules;                    // what a language keeps of its modules, by keys of its own
    Map kept;                       // DefRef of a field -> Kept *, in kept.c
    Map open;                       // name -> OpenDefs *, in c.c
    uint32_t *reached, reach_round; // of includes.c: by file, the last round that reached it
    const struct EdgeParts *edges;  // what is stored, in edges.c; NULL: nobody asked yet
    // What the name that is being looked up is used for (ResolveLang.calls_apart).
    enum { WANT_ANY, WANT_CALLABLE, WANT_VALUE, WANT_MACRO } want;
};

typedef enum BindOrder { // of several bindings of one name in a function or block
    ORDER_NONE,          // all of them count
    ORDER_FIRST,         // the first one that says something: they all have one type
    ORDER_LAST,          // the last one in front of the use
} BindOrder;

typedef struct ResolveLang {
    BindOrder order;
    // What is called and what is read have name spaces of their own: methods, variables.
    bool calls_apart;
    bool members_apart; // the same for members only
    bool macros_apart;  // name! is a macro, and nothing else is
    bool modules_apart; // a module and a function of one name do not hide each other
    // All types are written: what a type does not have comes from its base outside.
    bool static_types;
    bool rooted_types; // every type has a base outside: Object
    // Bare names in a method see the members of the types around it.
    bool bare_members;
    // Names in a type's body are not seen from the functions in it: Python.
    bool closed_types;
    // Members are never seen as bare names, not even in the type's body; type parameters are.
    bool sealed_types;
    // A file shows what it exports, and nothing else.
    bool strict_exports;
    // Members of a type can stand outside of its body (NOTE_RECEIVER).
    bool outside_members;
    // Which of several such members is meant. NULL: they are one object.
    void (*choose_member)(Resolver *r, Values *found);
    bool overloads; // the arguments tell which of several functions of one name is meant
    // What an import gives: its module, or what it names in there. Adds nothing: not known.
    void (*import)(Resolver *r, WorldFile *file, const NameImport *import, Values *out);
    // Other files whose file scope is this one's, too: a package. NULL: none.
    const uint32_t *(*shared)(Resolver *r, WorldFile *file, size_t *count);
    // What a name means that nothing in the file binds.
    void (*unbound)(Resolver *r, WorldFile *file, uint32_t expr, Str name, Values *out);
    // A member of a module (VALUE_FILE, VALUE_FOLDER) that its file does not bind.
    void (*submodule)(Resolver *r, const Value *module, Str name, Values *out);
    // What EXPR_ROOT is.
    void (*root)(Resolver *r, WorldFile *file, Values *out);
    // What a name means in a file scope, in place of what is bound there and imports of all names.
    void (*file_names)(Resolver *r, WorldFile *file, uint32_t expr, Str name, Values *out);
    DefRef (*canonical)(Resolver *r, DefRef def); // as resolve_canonical; NULL: itself
    // A variable that is called is a pointer, whose first value need not be its last.
    bool function_pointers;
    // Member `expr` (an index) of something outside, `out`: what else it may be.
    void (*outside_member)(Resolver *r, WorldFile *file, uint32_t expr, const Values *base,
                           Values *out);
    // What calling member `name` of `base` gives, when that member is not in the workspace.
    void (*outside_call)(Resolver *r, const Values *base, Str name, Values *out);
    const char *call_member;     // of an object that is called as a function; NULL: "__call__"
    const char *const *builtins; // names that need no import; ends with NULL, sorted
} ResolveLang;

const ResolveLang *resolve_lang(LangId lang); // never NULL
static inline Str resolve_call_member(LangId lang)
{
    const char *name = resolve_lang(lang)->call_member;
    return name ? str_from(name) : STR("__call__");
}

// --- value.c

// `expr` is 1 + index; 0 gives nothing.
Values evaluate(Resolver *r, WorldFile *file, uint32_t expr);
// A value of the type that expression `type` writes.
Values evaluate_typed(Resolver *r, WorldFile *file, uint32_t type);
Values evaluate_call(Resolver *r, const Values *callee);
// What is in containers: an element of each.
Values evaluate_items(Resolver *r, const Values *base, LangId lang);
// What a binding gives whoever reads its name.
Values evaluate_binding(Resolver *r, WorldFile *file, uint32_t binding);

static inline Values values_none(Reason reason)
{
    return (Values){.certainty = CERTAINTY_EXACT, .reason = reason};
}
void values_add(Resolver *r, Values *values, Value value); // once
void values_name(Resolver *r, Values *values, DefRef def); // likewise, to `named`
// All of `from`; the certainty becomes the weaker one.
void values_join(Resolver *r, Values *values, const Values *from);
void values_weaken(Values *values, Certainty certainty, Reason reason);
void values_because(Values *values, Reason reason); // if it is a weaker one
// Why nothing is known of a value: no link of a chain that led to one.
static inline bool reason_is_lack(Reason reason)
{
    return reason >= REASON_PARAMETER || reason == REASON_OUTSIDE_BASE;
}

// --- lookup.c

// What `name` means at `offset`, looked up from `scope` outwards.
Values lookup(Resolver *r, WorldFile *file, uint32_t scope, uint32_t expr, Str name);
// What file `file` shows others as `name`. `depth` bounds chains of re-exports.
Values lookup_export(Resolver *r, WorldFile *file, Str name);
// What is bound in one scope.
Values lookup_scope(Resolver *r, WorldFile *file, uint32_t scope, Str name);
// What a module in a file has, imports of all names included.
Values lookup_module(Resolver *r, WorldFile *file, uint32_t scope, Str name);
// The type that the code at this scope is in.
Values lookup_owner(Resolver *r, WorldFile *file, uint32_t scope);

// --- kept.c

// The functions that a field is set to somewhere; none where they are more than VALUES_MOST.
const DefRef *kept_functions(Resolver *r, DefRef field, size_t *count);

// --- member.c

Values member_of(Resolver *r, const Values *base, Str name, LangId lang);
Values member_of_type(Resolver *r, DefRef type, Str name, bool skip_own);
// The types it is derived from, nearest first, without itself.
typedef struct TypeOrder {
    const DefRef *types;
    size_t count;
    bool outside; // some are not in the workspace, or not known
} TypeOrder;
const TypeOrder *type_order(Resolver *r, DefRef type);

// What the resolver keeps about a file, made when it is first needed.
typedef struct FileWork {
    Values *values;         // by expression
    uint8_t *state;         // by expression: 0 not looked at, 1 being looked at, 2 known
    const uint32_t *notes;  // indexes into names.notes, by definition
    uint64_t *keys;         // by definition: edge_key, 0: not made yet; NULL: none is
    const uint32_t *starts; // by definition + 1 (0: the file), and one more: its range of `notes`
    const uint32_t *sets;   // of kept.c, once it knows them: the members that are set to something
    uint32_t set_count;
    bool knows_sets;
    Map meant[3]; // of c.c: Values by name, by what the role tells apart
    void *own;    // what its language keeps
} FileWork;
FileWork *file_work(Resolver *r, WorldFile *file);

// The notes of a definition: for (each = file_notes(...); next_note(&each);) use(each.note)
typedef struct NoteEach {
    const WorldFile *file;
    const FileWork *work;
    uint32_t at, end;
    NoteKind kind;
    const NameNote *note;
} NoteEach;
NoteEach file_notes(Resolver *r, WorldFile *file, uint32_t def, NoteKind kind);
bool next_note(NoteEach *each);
const NameNote *file_note(Resolver *r, WorldFile *file, uint32_t def, NoteKind kind); // the first

bool is_type_kind(DefKind kind);

#endif
