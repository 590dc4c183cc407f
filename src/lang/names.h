// lang/names.h - what a file says about names: scopes, what they bind, and where names are used.
//
//   scopes:   where a name means something (file > type > function > block)
//   bindings: name in a scope -> a definition, an import, or an expression that it stands for
//   exprs:    names, members of names, calls of members ...: the skeleton of the code, without
//             operators and literals
//   notes:    what else is written about a definition: bases, return types, decorators
//
// Nothing here looks beyond the file: resolve/ follows imports and types. A name of a parameter or
// local variable that is only read is left out, unless something hangs on it (x.run(), x()).
//
// Offsets are bytes into the text. References between the arrays are an index plus one; 0 is none.
// Memory: the arena of the extraction; Strs borrow the text. Threads: frozen once returned.
#ifndef CQ_LANG_NAMES_H
#define CQ_LANG_NAMES_H

#include "lang/facts.h"

typedef enum ScopeKind {
    SCOPE_FILE,
    SCOPE_TYPE,     // what is bound here are members
    SCOPE_FUNCTION, // parameters and locals
    SCOPE_BLOCK,    // of the function around it; comprehensions, catch clauses
    SCOPE_MODULE,   // a namespace or inline module
    SCOPE_KINDS
} ScopeKind;

typedef struct NameScope { // in the order of their starts; [0] is the file
    Span span;
    uint32_t outer; // index of the scope around it; of the file: 0
    uint32_t def;   // 1 + index into Facts.defs, of what opens it
    ScopeKind kind;
} NameScope;

typedef enum ExprOp {
    EXPR_NAME,    // looked up from its scope outwards
    EXPR_MEMBER,  // .name of base; `other`: what it is set to here, where a function may be
    EXPR_CALL,    // what calling base gives
    EXPR_ITEM,    // an element of base: base[...], what iterating over it gives
    EXPR_AWAIT,   // what awaiting base gives
    EXPR_TYPED,   // a value of the type `base`: from an annotation, a cast, new T
    EXPR_LITERAL, // a value of the built-in type that the text in the source stands for
    EXPR_SELF,    // the object whose method this is: this, self
    EXPR_OWNER,   // the type that this is in: cls, Self, static
    EXPR_SUPER,   // that object, seen as the next class in the order of inheritance behind the type
                  // that this is in, or behind `base`
    EXPR_EITHER,  // base or `other`: a or b, a if c else b
    EXPR_ROOT,    // the outermost name space: ::x in C++, crate in Rust
    EXPR_OPS
} ExprOp;

enum { // how an expression is used: NameExpr.role
    ROLE_CALLED = 1,
    ROLE_WRITTEN = 2, // assigned to, or deleted
    ROLE_TYPE = 4,    // where a type is written
    ROLE_BASE = 8,    // class X(base), implements
    ROLE_DECORATOR = 16,
    ROLE_ARGUMENT = 32, // handed to a call: a callable escapes here
    ROLE_MACRO = 64,    // called as a macro: name!(...), or inside a macro's body
    ROLE_BORN = 128,    // a field that comes to be by this assignment: self.x = ...
};

typedef struct NameExpr { // an operand stands before what is built from it
    ExprOp op;
    uint8_t role;
    uint32_t base, other;
    Span span; // of the name itself, for NAME and MEMBER; else where it is written
} NameExpr;

typedef enum BindKind {
    BIND_DEF,    // `target`: 1 + index into Facts.defs
    BIND_IMPORT, // `target`: 1 + index into imports
    BIND_STAR,   // all names of an import: from m import *, using namespace, #include
    BIND_PARAM,
    BIND_SELF, // a parameter that is the object, or (BIND_OWNER) the type
    BIND_OWNER,
    BIND_LOCAL,  // a variable; in a file or type scope: a variable that is no definition
    BIND_FIELD,  // in a type scope: a member made by assignment, self.x = value
    BIND_EXPORT, // in the file scope: `name` is what others see `value`, or definition `target`, as
    BIND_OUTER,  // global x, nonlocal x: bound further out
    BIND_TYPE_PARAM, // of a generic: stands for anything
    BIND_KINDS
} BindKind;

typedef struct NameBinding { // in the order of their places
    BindKind kind;
    uint32_t scope; // index
    Span span;      // of the name
    Str name;       // as others write it
    uint32_t target;
    uint32_t value; // 1 + index into exprs: what it is set to
    uint32_t type;  // 1 + index into exprs: the type that is written for it
} NameBinding;

typedef struct NameImport {
    Str module; // "os.path", "./util", "stdio.h"; empty: names of the file itself are meant
    Str name;   // the imported symbol; empty: the module itself; "*": all
    Str alias;  // local name when it differs
    Span span;  // of the imported name, or of the module when there is none
    uint32_t flags;
} NameImport;
enum {                   // NameImport.flags
    IMPORT_EXPORTED = 1, // others can import it from here: pub use, export from
    IMPORT_SYSTEM = 2,   // #include <...>
    IMPORT_STATIC = 4,   // a member of a type: import static
    IMPORT_PACKAGE = 8,  // binds the first part of a dotted module: import a.b binds a
};

typedef enum NoteKind {
    NOTE_BASE,      // extends or implements `expr`
    NOTE_RETURNS,   // its type, as written
    NOTE_GIVES,     // return expr; or the body of a lambda
    NOTE_DECORATOR, // expr
    NOTE_RECEIVER,  // its methods belong to the type `expr`: Go receivers, Rust impls, Foo::bar
    NOTE_TRAIT,     // impl `expr` for ...
    NOTE_STANDS,    // type X = expr; #define X expr
    NOTE_HIDDEN,    // only seen in this file: static, private to the module
    NOTE_ABSTRACT,  // meant to be overridden
    NOTE_VALUE,     // a property: reading it gives what calling it returns
    NOTE_STATIC,    // has no receiver
    NOTE_PACKAGE,   // of the file (def 0): the package that it says it is in, `expr`
    NOTE_KINDS
} NoteKind;

typedef struct NameNote {
    NoteKind kind;
    uint32_t def;  // 1 + index into Facts.defs; 0: the file
    uint32_t expr; // 1 + index into exprs
} NameNote;

typedef struct Names {
    const NameScope *scopes;
    const NameExpr *exprs;
    const NameBinding *bindings;
    const NameImport *imports;
    const NameNote *notes;
    uint32_t scope_count, expr_count, binding_count, import_count, note_count;
} Names;

// Facts and Names of one parse. A language without name rules gives Names with a file scope only.
// Fails: as facts_extract.
MUST_CHECK Fail names_extract(Ctx *cx, Parser *parser, LangId lang, Str text, Facts *facts,
                              Names *names);
bool lang_has_names(LangId lang); // whether it has rules for names

uint32_t names_scope_at(const Names *names, uint32_t offset); // the innermost one
static inline Str names_text(const NameExpr *expr, Str text)
{
    return str_sub(text, expr->span.start, expr->span.end);
}

// The bytes that are kept of Names, with the argument shapes of Facts.calls (lang/names_wire.c,
// _read.c).
enum { NAMES_VERSION = 5 };
void names_encode(Buf *out, const Facts *facts, const Names *names, Str text);
// What is accepted can be walked: every index is in its array, every span in the text, operands
// before what is built from them. calls[i].name_span, .full.end, .arg_count, .star, .star_star,
// .macro and .keywords are filled in; they are in the order of name_span.start.
// False when the bytes are not those of Names of this text. Of `facts` language and definitions are
// looked at; those of brief_decode_defs will do.
typedef struct NamesKept {
    Names names;
    const Call *calls;
    uint32_t call_count;
} NamesKept;
MUST_CHECK bool names_decode(Arena *arena, Str bytes, Str text, const Facts *facts, NamesKept *out);

#endif
