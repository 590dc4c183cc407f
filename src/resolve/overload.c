// resolve/overload.c - which of several functions of one name a call means: by the number of
// arguments, then by the types of those whose type is evident.
//
// An argument's type is evident when it is a literal, `new T`, a variable whose declaration
// says it, or a call of what is known to return it. A candidate is dropped where a conversion is
// impossible; of the rest one is chosen when it fits each argument at least as well as every other
// one does, and one better. In C++ almost all can be converted, so little is dropped there.
#include "resolve/overload.h"

#include "resolve/edges.h"

enum {
    MOST_PARAMS = 16,
    MOST_CANDIDATES = 32,
    ANYTHING = 9,  // rank of Object and of type parameters
    VARIADIC = 20, // added to that of one of T...
    UNSURE = 50,   // may fit or not
    NEVER = 100,
};

typedef struct Type {
    Str name;   // without qualifiers, type arguments and const; empty: not evident
    int levels; // of pointers, arrays
} Type;

typedef struct Candidate {
    Value value;
    Type params[MOST_PARAMS];
    uint32_t count, least; // least: without those that have defaults
    bool variadic;         // more than `count` are possible
    int ranks[MOST_PARAMS];
} Candidate;

typedef struct Argument {
    Type type;
    DefRef def; // of the type, if found
    bool found, null, zero;
} Argument;

typedef struct Overloads {
    Resolver *r;
    WorldFile *file;
    uint32_t expr; // index
    bool java;
    Candidate *items;
    size_t count;
    Argument args[MOST_PARAMS];
    uint32_t given;
    bool typed; // args are known
} Overloads;

// --- what is written

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$';
}

static size_t skip_quoted(Str text, size_t at)
{
    char quote = text.ptr[at++];
    while (at < text.len && text.ptr[at] != quote) at += text.ptr[at] == '\\' ? 2 : 1;
    return at + 1;
}

// The end of the part that begins at `at`: a comma or the closing bracket outside of all others.
static size_t part_end(Str text, size_t at, bool types)
{
    int depth = 0;
    while (at < text.len) {
        char c = text.ptr[at];
        if (c == '"' || c == '\'') {
            at = skip_quoted(text, at);
            continue;
        }
        if (strchr("([{", c) || (types && c == '<')) depth++;
        else if (!depth && strchr(",)]}", c)) break;
        else if (strchr(")]}", c) || (types && c == '>')) depth--;
        at++;
    }
    return MIN(at, text.len);
}

// text[at] is '('. Its parts; more than there is room for: as many as that and one.
static uint32_t read_parts(Str text, size_t at, bool types, Str *out)
{
    uint32_t count = 0;
    while (at < text.len && count <= MOST_PARAMS) {
        size_t end = part_end(text, at + 1, types);
        Str part = str_trim(str_sub(text, at + 1, end));
        bool last = end >= text.len || text.ptr[end] != ',';
        if (part.len || count || !last) {
            if (count < MOST_PARAMS) out[count] = part;
            count++;
        }
        if (last) break;
        at = end;
    }
    return count;
}

static bool is_qualifier(Str word)
{
    static const char *const words[] = {"const",  "final",    "volatile", "struct",
                                        "class",  "enum",     "typename", "register",
                                        "static", "unsigned", "signed",   "constexpr"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq(word, str_from(words[i]))) return true;
    return false;
}

// "final Map<K, V> items" with `named`: what stands in front of the name.
static Type read_type(Str text, bool named)
{
    Type type = {0};
    Str before = STR_NONE;
    bool joined = false; // by :: or . to the word before
    int angles = 0;
    uint32_t words = 0;
    for (size_t at = 0; at < text.len;) {
        char c = text.ptr[at];
        if (c == '@') { // an annotation
            for (at++; at < text.len && is_word(text.ptr[at]); at++) continue;
            continue;
        }
        if (!is_word(c)) {
            angles += c == '<' ? 1 : c == '>' ? -1 : 0;
            if (!angles && (c == '*' || c == '[')) type.levels++;
            if (c == '(') return (Type){0}; // of a function
            joined = c == ':' || c == '.' || (joined && c == ' ');
            at++;
            continue;
        }
        size_t start = at;
        while (at < text.len && is_word(text.ptr[at])) at++;
        Str word = str_sub(text, start, at);
        if (angles || is_qualifier(word)) continue;
        if (!joined) words++, before = type.name;
        type.name = word;
        joined = false;
    }
    if (named && words > 1) type.name = before;
    return type;
}

static void read_param(Str text, Candidate *out)
{
    size_t equal = part_end(text, 0, true), at = str_find(text, '=');
    bool variadic = false;
    for (size_t i = 0; i + 2 < text.len; i++)
        variadic |= str_starts(str_sub(text, i, text.len), STR("..."));
    Type type = read_type(str_sub(text, 0, MIN(at, equal)), true);
    if (at == text.len && !variadic) out->least = out->count + 1;
    out->variadic |= variadic;
    out->params[out->count++] = type;
}

static bool read_candidate(Resolver *r, const Value *value, Candidate *out)
{
    WorldFile *file = value->kind == VALUE_DEF ? world_file(r->world, value->ref.file) : NULL;
    if (!file) return false;
    const Def *def = &file->facts.defs[value->ref.def];
    if (def->kind != DEF_FUNCTION && def->kind != DEF_METHOD) return false;
    Str head = world_signature(r->world, file, value->ref.def), parts[MOST_PARAMS];
    size_t at = 0;
    for (;; at++) { // the name, in front of (
        if (at + def->name.len >= head.len) return false;
        if (!str_starts(str_sub(head, at, head.len), def->name)) continue;
        size_t end = at + def->name.len;
        while (end < head.len && head.ptr[end] == ' ') end++;
        if ((at && is_word(head.ptr[at - 1])) || end >= head.len || head.ptr[end] != '(') continue;
        at = end;
        break;
    }
    uint32_t count = read_parts(head, at, true, parts);
    if (count > MOST_PARAMS) return false;
    *out = (Candidate){.value = *value};
    if (count == 1 && str_eq(parts[0], STR("void"))) count = 0;
    for (uint32_t i = 0; i < count; i++) read_param(parts[i], out);
    return true;
}

static bool same_params(const Candidate *a, const Candidate *b)
{
    if (a->count != b->count || a->variadic != b->variadic) return false;
    for (uint32_t i = 0; i < a->count; i++) {
        const Type *x = &a->params[i], *y = &b->params[i];
        if (!str_eq(x->name, y->name) || x->levels != y->levels) return false;
    }
    return true;
}

// --- arguments

static bool is_one_of(Str word, const char *const *list)
{
    for (; *list; list++)
        if (str_eq(word, str_from(*list))) return true;
    return false;
}

static bool is_number(Str name)
{
    static const char *const names[] = {"byte",  "short",  "char",     "int",    "long",
                                        "float", "double", "unsigned", "size_t", NULL};
    return is_one_of(name, names) || str_ends(name, STR("_t"));
}

static const char *number_type(Str text, bool java)
{
    bool hex = str_starts(text, STR("0x")) || str_starts(text, STR("0X"));
    char last = text.ptr[text.len - 1];
    bool point = false;
    for (size_t i = 0; i < text.len; i++)
        point |= text.ptr[i] == '.' || (!hex && (text.ptr[i] == 'e' || text.ptr[i] == 'E'));
    for (size_t i = 0; i < text.len; i++)
        if (!is_word(text.ptr[i]) && !strchr(".+-", text.ptr[i])) return "";
    if (!hex && (last == 'f' || last == 'F')) return "float";
    if (point || (!hex && java && (last == 'd' || last == 'D'))) return "double";
    return last == 'L' || last == 'l' ? "long" : "int";
}

// The type in front of the variable where it is declared.
static bool declared_type(Overloads *o, Str name, uint32_t offset, Argument *out)
{
    const WorldFile *file = o->file;
    uint32_t scope = names_scope_at(&file->names, offset), end = 0, at = 0;
    for (;; scope = file->names.scopes[scope].outer) {
        at = world_bound(file, scope, name, &end);
        if (at < end || !scope) break;
    }
    if (at + 1 != end) return false; // none, or one of several
    const NameBinding *binding = &file->names.bindings[file->bound[at]];
    uint32_t to = binding->span.start, from = to, angles = 0;
    for (; from; from--) {
        char c = file->text.ptr[from - 1];
        if (c == '>') angles++;
        else if (c == '<' && angles) angles--;
        else if (!angles && !is_word(c) && !strchr(" \t*&[].:", c)) break;
    }
    out->type = read_type(str_sub(file->text, from, to), false);
    if (binding->type) {
        Values types = evaluate_typed(o->r, o->file, binding->type);
        out->found = types.count == 1 && types.items[0].kind == VALUE_OBJECT;
        if (out->found) out->def = types.items[0].ref;
    }
    return true;
}

static void take_value(Overloads *o, const Value *value, Argument *out)
{
    const WorldFile *file =
        value->kind == VALUE_OBJECT ? world_file(o->r->world, value->ref.file) : NULL;
    if (value->item) return; // a container
    if (file) {
        out->found = true;
        out->def = value->ref;
        out->type.name = file->facts.defs[value->ref.def].name;
    } else if (value->kind == VALUE_EXTERNAL && o->java &&
               str_find(value->name, '(') == value->name.len) {
        size_t dot = str_find_last(value->name, '.');
        out->type.name =
            dot < value->name.len ? str_sub(value->name, dot + 1, value->name.len) : value->name;
    }
}

// What the expression that is written at `span` gives.
static void evaluate_argument(Overloads *o, Span span, Argument *out)
{
    enum { FARTHEST = 400 };
    const Names *names = &o->file->names;
    uint32_t end = MIN(names->expr_count, o->expr + FARTHEST);
    for (uint32_t i = o->expr + 1; i < end; i++) {
        const NameExpr *expr = &names->exprs[i];
        bool typed = expr->op == EXPR_TYPED || expr->op == EXPR_SELF || expr->op == EXPR_CALL;
        if (!typed || expr->span.start != span.start || expr->span.end != span.end) continue;
        Values values = evaluate(o->r, o->file, i + 1);
        bool sure = values.count == 1 && values.certainty == CERTAINTY_EXACT;
        if (sure) take_value(o, &values.items[0], out);
        return;
    }
}

// `text` is a part of the file's.
static void read_argument(Overloads *o, Str text, uint32_t offset, Argument *out)
{
    static const char *const vague[] = {"var", "auto", "return", "new", "throw", "else", NULL};
    *out = (Argument){0};
    if (!text.len) return;
    uint32_t start = (uint32_t)(text.ptr - o->file->text.ptr);
    Span span = {start, start + (uint32_t)text.len};
    char first = text.ptr[0];
    bool plain = true;
    for (size_t i = 0; i < text.len; i++) plain &= is_word(text.ptr[i]);
    size_t sign = first == '-' && text.len > 1;
    char digit = text.ptr[sign];
    if (first == '"' && skip_quoted(text, 0) == text.len)
        out->type = o->java ? (Type){STR("String"), 0} : (Type){STR("char"), 1};
    else if (first == '\'' && skip_quoted(text, 0) == text.len) out->type.name = STR("char");
    else if (digit >= '0' && digit <= '9')
        out->type.name = str_from(number_type(str_sub(text, sign, text.len), o->java));
    else if (str_eq(text, STR("true")) || str_eq(text, STR("false")))
        out->type.name = o->java ? STR("boolean") : STR("bool");
    else if (str_eq(text, STR("null")) || str_eq(text, STR("nullptr"))) out->null = true;
    else if (plain && !str_eq(text, STR("this"))) declared_type(o, text, offset, out);
    else if (o->java && str_ends(text, STR(".class"))) out->type.name = STR("Class");
    else evaluate_argument(o, span, out);
    out->zero = str_eq(text, STR("0"));
    if (is_one_of(out->type.name, vague)) *out = (Argument){0};
}

static void read_arguments(Overloads *o, uint32_t from, uint32_t end)
{
    Str text = str_sub(o->file->text, 0, end), parts[MOST_PARAMS];
    size_t at = from;
    if (at < text.len && text.ptr[at] == '<') { // of type arguments
        at = part_end(text, at + 1, true);
        while (at < text.len && text.ptr[at] != '(') at++;
    }
    while (at < text.len && strchr(" \t\r\n", text.ptr[at])) at++;
    if (at >= text.len || text.ptr[at] != '(') return;
    uint32_t count = read_parts(text, at, false, parts);
    if (count != o->given || count > MOST_PARAMS) return;
    for (uint32_t i = 0; i < count; i++) read_argument(o, parts[i], from, &o->args[i]);
    o->typed = true;
}

// --- how well they fit

// Object, or T: a type parameter, as far as its name tells.
static bool is_anything(Str name)
{
    if (str_eq(name, STR("Object")) || str_eq(name, STR("auto"))) return true;
    bool digit = name.len == 2 && name.ptr[1] >= '0' && name.ptr[1] <= '9';
    return (name.len == 1 || digit) && name.ptr[0] >= 'A' && name.ptr[0] <= 'Z';
}

static int among_bases(Overloads *o, const Argument *arg, Str name)
{
    if (!arg->found) return UNSURE;
    const TypeOrder *order = type_order(o->r, arg->def);
    for (size_t i = 0; i < order->count; i++) {
        const WorldFile *file = world_file(o->r->world, order->types[i].file);
        if (file && str_eq(file->facts.defs[order->types[i].def].name, name))
            return (int)MIN(i + 1, ANYTHING - 1U);
    }
    return order->outside ? UNSURE : NEVER;
}

static int index_in(Str word, const char *const *list)
{
    for (int i = 0; list[i]; i++)
        if (str_eq(word, str_from(list[i]))) return i;
    return -1;
}

// A primitive type as an argument of Java: the same, wider, boxed, what boxes are.
static int rank_primitive(Str arg, Str param)
{
    static const char *const wider[] = {"int", "long", "float", "double", NULL};
    static const char *const primitives[] = {"boolean", "char",   "int", "long",
                                             "float",   "double", NULL};
    static const char *const boxes[] = {"Boolean", "Character", "Integer", "Long",
                                        "Float",   "Double",    NULL};
    static const char *const bases[] = {"Comparable", "Serializable", "Constable", NULL};
    if (str_eq(arg, param)) return 0;
    int from = str_eq(arg, STR("char")) ? 0 : index_in(arg, wider), to = index_in(param, wider);
    if (from >= 0 && to >= from && !str_eq(arg, STR("boolean"))) return 1 + to - from;
    int own = index_in(arg, primitives);
    if (own < 0) return UNSURE; // byte, short
    if (index_in(param, boxes) == own) return 6;
    bool number = own > 1 && str_eq(param, STR("Number"));
    if (number || is_one_of(param, bases)) return 7;
    return is_anything(param) ? ANYTHING : NEVER;
}

static int rank_java(Overloads *o, const Argument *arg, const Type *param)
{
    static const char *const primitives[] = {"boolean", "char",  "byte",   "short", "int",
                                             "long",    "float", "double", NULL};
    static const char *const strings[] = {"CharSequence", "Comparable", "Serializable", NULL};
    static const char *const boxes[] = {"Boolean", "Character", "Integer", "Long", "Float",
                                        "Double",  "Byte",      "Short",   NULL};
    bool primitive = !param->levels && is_one_of(param->name, primitives);
    bool anything = !param->levels && is_anything(param->name);
    if (arg->null) return primitive ? NEVER : anything ? ANYTHING : 1;
    Str name = arg->type.name;
    if (!name.len || !param->name.len) return UNSURE;
    if (str_eq(name, param->name) && arg->type.levels == param->levels) return 0;
    if (anything) return ANYTHING;
    if (arg->type.levels || param->levels)
        return arg->type.levels == param->levels && !is_one_of(name, primitives) ? UNSURE : NEVER;
    if (is_one_of(name, primitives)) return rank_primitive(name, param->name);
    if (primitive) return is_one_of(name, boxes) || is_anything(name) ? UNSURE : NEVER;
    if (str_eq(name, STR("String"))) return is_one_of(param->name, strings) ? 1 : NEVER;
    return is_anything(name) ? UNSURE : among_bases(o, arg, param->name);
}

static int rank_cpp(Overloads *o, const Argument *arg, const Type *param)
{
    enum { CONVERTED = 1, CONSTRUCTED = 3, UNTYPED_POINTER = 8 };
    bool number = !param->levels && is_number(param->name);
    bool flag = !param->levels && str_eq(param->name, STR("bool"));
    bool same = str_eq(arg->type.name, param->name) && arg->type.levels == param->levels;
    if (same && arg->found) return 0;
    if (!param->levels && is_anything(param->name)) return ANYTHING;
    if (arg->null) return param->levels ? 0 : number || flag ? NEVER : CONSTRUCTED;
    Str name = arg->type.name;
    if (!name.len || !param->name.len || is_anything(name)) return UNSURE;
    if (same) return 0;
    bool plain = !arg->type.levels && (is_number(name) || str_eq(name, STR("bool")));
    if (plain && param->levels) return arg->zero ? CONVERTED : NEVER;
    if (plain) return number || flag ? CONVERTED : CONSTRUCTED;
    if (arg->type.levels && !param->levels) return flag ? CONVERTED : number ? NEVER : CONSTRUCTED;
    if (!arg->type.levels && param->levels) return UNSURE; // an array, or it converts itself
    if (param->levels && str_eq(param->name, STR("void"))) return UNTYPED_POINTER;
    int base = among_bases(o, arg, param->name);
    return base == NEVER && !param->levels ? CONSTRUCTED : base;
}

static void rank(Overloads *o, Candidate *c)
{
    for (uint32_t i = 0; i < o->given && i < MOST_PARAMS; i++) {
        bool rest = c->variadic && i + 1 >= c->count;
        uint32_t at = MIN(i, c->count ? c->count - 1 : 0);
        Type param = c->count ? c->params[at] : (Type){0};
        c->ranks[i] = !o->typed ? UNSURE
                      : o->java ? rank_java(o, &o->args[i], &param)
                                : rank_cpp(o, &o->args[i], &param);
        bool array = rest && o->java && o->args[i].type.levels > param.levels; // T[] for T...
        if (array) c->ranks[i] = UNSURE;
        else if (rest && c->ranks[i] != NEVER) c->ranks[i] += VARIADIC;
    }
}

static bool beats(const Overloads *o, const Candidate *a, const Candidate *b)
{
    bool better = !a->variadic && b->variadic;
    for (uint32_t i = 0; i < o->given; i++) {
        const Type *x = i < a->count ? &a->params[i] : NULL,
                   *y = i < b->count ? &b->params[i] : NULL;
        bool same = x && y && str_eq(x->name, y->name) && x->levels == y->levels;
        if (same) continue;
        if (a->ranks[i] >= UNSURE || a->ranks[i] > b->ranks[i]) return false;
        bool last_resort = o->java || (b->variadic && !a->variadic);
        if (b->ranks[i] >= UNSURE && a->ranks[i] && !last_resort) return false;
        better |= a->ranks[i] < b->ranks[i];
    }
    return better;
}

// --- the choice

static bool is_private(Resolver *r, DefRef def)
{
    const WorldFile *file = world_file(r->world, def.file);
    return file && str_starts(world_signature(r->world, file, def.def), STR("private "));
}

static void add_candidate(Overloads *o, const Value *value, bool inherited, bool *readable)
{
    Candidate found;
    if (inherited && is_private(o->r, value->ref)) return;
    if (o->count == MOST_CANDIDATES || !read_candidate(o->r, value, &found)) {
        *readable = false;
        return;
    }
    for (size_t i = 0; i < o->count && inherited; i++)
        if (same_params(&o->items[i], &found)) return; // overridden
    o->items[o->count++] = found;
}

// Java: those of the bases are candidates, too.
static void add_inherited(Overloads *o, DefRef nearest, Str name, bool *readable)
{
    const WorldFile *file = world_file(o->r->world, nearest.file);
    int32_t parent = file ? file->facts.defs[nearest.def].parent : -1;
    if (parent < 0 || !is_type_kind(file->facts.defs[parent].kind)) return;
    const TypeOrder *order = type_order(o->r, (DefRef){nearest.file, (uint32_t)parent});
    for (size_t i = 0; i < order->count; i++) {
        WorldFile *base = world_file(o->r->world, order->types[i].file);
        uint32_t scope = base ? base->scope_of_def[order->types[i].def] : WORLD_NONE;
        if (scope == WORLD_NONE) continue;
        Values found = lookup_scope(o->r, base, scope, name);
        for (uint32_t k = 0; k < found.count; k++)
            add_candidate(o, &found.items[k], true, readable);
    }
}

typedef bool (*Fits)(const Overloads *o, const Candidate *c);

static bool fits_count(const Overloads *o, const Candidate *c)
{
    return o->given >= c->least && (c->variadic || o->given <= c->count);
}

static bool fits_defaults(const Overloads *o, const Candidate *c) // written where it is declared
{
    return c->variadic || o->given <= c->count;
}

static bool fits_types(const Overloads *o, const Candidate *c)
{
    for (uint32_t i = 0; i < o->given; i++)
        if (c->ranks[i] == NEVER) return false;
    return true;
}

// False, and nothing is dropped, when none fits.
static bool keep(Overloads *o, Fits fits)
{
    size_t kept = 0;
    for (size_t i = 0; i < o->count; i++) kept += fits(o, &o->items[i]);
    if (!kept) return false;
    kept = 0;
    for (size_t i = 0; i < o->count; i++)
        if (fits(o, &o->items[i])) o->items[kept++] = o->items[i];
    o->count = kept;
    return true;
}

static void keep_best(Overloads *o)
{
    for (size_t i = 0; i < o->count; i++) {
        size_t beaten = 0;
        for (size_t k = 0; k < o->count; k++)
            beaten +=
                beats(o, &o->items[i], &o->items[k]) || same_params(&o->items[i], &o->items[k]);
        if (beaten != o->count) continue;
        size_t kept = 0;
        Candidate best = o->items[i];
        for (size_t k = 0; k < o->count; k++)
            if (same_params(&best, &o->items[k])) o->items[kept++] = o->items[k];
        o->count = kept;
        return;
    }
}

static bool is_one(const Overloads *o)
{
    for (size_t i = 1; i < o->count; i++)
        if (!same_params(&o->items[0], &o->items[i])) return false;
    return true;
}

// Whether it is known that `o` has what is meant.
static bool choose(Overloads *o, const Call *call, uint32_t from)
{
    bool counted = !call->star && (keep(o, fits_count) || (!o->java && keep(o, fits_defaults)));
    if (!counted) return false;
    if (is_one(o)) return true;
    read_arguments(o, from, call->full.end);
    for (size_t i = 0; i < o->count; i++) rank(o, &o->items[i]);
    if (!keep(o, fits_types)) return false;
    keep_best(o);
    return is_one(o);
}

void overloads_choose(Resolver *r, WorldFile *file, uint32_t expr, Values *values)
{
    const Call *call = edge_call(file, expr);
    Candidate items[MOST_CANDIDATES];
    Overloads o = {
        .r = r, .file = file, .expr = expr, .java = file->lang == LANG_java, .items = items};
    bool readable = true;
    if (!call || !values->count || call->arg_count > MOST_PARAMS || r->depth > 30) return;
    o.given = call->arg_count;
    for (uint32_t i = 0; i < values->count; i++)
        add_candidate(&o, &values->items[i], false, &readable);
    if (readable && o.java)
        add_inherited(&o, values->items[0].ref, world_expr_text(file, expr + 1), &readable);
    if (!readable || (o.count == 1 && !o.java)) return;
    bool known = choose(&o, call, file->names.exprs[expr].span.end);
    Values out = {.certainty = values->certainty, .reason = values->reason};
    for (size_t i = 0; i < o.count; i++) {
        values_add(r, &out, o.items[i].value);
        values_name(r, &out, o.items[i].value.ref);
    }
    if (!known) values_weaken(&out, CERTAINTY_LIKELY, REASON_OVERLOADS);
    *values = out;
}
