// resolve/javascript.c - JavaScript, TypeScript and TSX: what imports give, and what needs none.
//
// A file shows what it exports; what it exports as a whole (module.exports = x, export = x) is
// "export=" and is what require() and a default import give, together with the other exports.
#include "resolve/javascript.h"

static Str whole = {"export=", 7};

static void add_external(Resolver *r, const NameImport *import, Values *out)
{
    Str name = import->module;
    if (import->name.len && !str_eq(import->name, STR("*")))
        name = str_format(r->arena, STR_FMT "." STR_FMT, STR_ARG(name), STR_ARG(import->name));
    values_add(r, out, (Value){.kind = VALUE_EXTERNAL, .name = name});
}

// The module itself: all that it exports, and what it exports as a whole.
static void add_module(Resolver *r, WorldFile *module, Values *out)
{
    Values all = lookup_export(r, module, whole);
    values_add(r, &all, (Value){.kind = VALUE_FILE, .file = module->number});
    values_join(r, out, &all);
}

static void add_named(Resolver *r, WorldFile *module, Str name, LangId lang, Values *out)
{
    Values found = lookup_export(r, module, name);
    if (!found.count && !found.named_count) {
        Values all = lookup_export(r, module, whole);
        found = str_eq(name, STR("default")) ? all : member_of(r, &all, name, lang);
    }
    values_join(r, out, &found);
}

static bool has_exports(const WorldFile *file)
{
    for (uint32_t i = 0; i < file->names.binding_count; i++)
        if (file->names.bindings[i].kind == BIND_EXPORT) return true;
    return false;
}

static void import_module(Resolver *r, WorldFile *file, const NameImport *import, Values *out)
{
    bool sure;
    uint32_t number = js_module(r, file, import->module, &sure);
    if (number == WORLD_NONE) {
        bool relative = str_starts(import->module, STR("."));
        if (!relative) add_external(r, import, out); // a missing file is not known
        return;
    }
    if (!sure) values_weaken(out, CERTAINTY_LIKELY, REASON_LAYOUT);
    WorldFile *module = world_file(r->world, number);
    if (!module || resolve_family(module->lang) != LANG_javascript) return; // .json, .css
    if (!import->name.len || str_eq(import->name, STR("*"))) {
        add_module(r, module, out);
        return;
    }
    add_named(r, module, import->name, file->lang, out);
    bool plain = !out->count && str_eq(import->name, STR("default")) && !has_exports(module);
    if (plain) add_module(r, module, out);
}

static void submodule(Resolver *r, const Value *module, Str name, Values *out)
{
    if (module->kind == VALUE_FILE && str_eq(name, STR("exports"))) values_add(r, out, *module);
}

// super(...): the constructor of the nearest base that has one.
static void add_super(Resolver *r, WorldFile *file, uint32_t expr, Values *out)
{
    uint32_t scope = names_scope_at(&file->names, file->names.exprs[expr].span.start);
    Values types = lookup_owner(r, file, scope);
    for (uint32_t i = 0; i < types.count; i++) {
        if (types.items[i].kind != VALUE_DEF) continue;
        Values one = member_of_type(r, types.items[i].ref, STR("constructor"), true);
        const TypeOrder *order = type_order(r, types.items[i].ref);
        if (!one.count && order->count && !order->outside)
            values_add(r, &one, (Value){.kind = VALUE_DEF, .ref = order->types[0]});
        if (!one.count && order->outside)
            values_add(r, &one, (Value){.kind = VALUE_EXTERNAL, .name = STR("super")});
        values_join(r, out, &one);
    }
}

static void unbound(Resolver *r, WorldFile *file, uint32_t expr, Str name, Values *out)
{
    if (str_eq(name, STR("super"))) add_super(r, file, expr, out);
    if (str_eq(name, STR("exports")) || str_eq(name, STR("module")))
        values_add(r, out, (Value){.kind = VALUE_FILE, .file = file->number});
}

static const char *const builtins[] = {
    "AbortController",
    "AbortSignal",
    "AggregateError",
    "Array",
    "ArrayBuffer",
    "AsyncIterable",
    "AsyncIterator",
    "Atomics",
    "BigInt",
    "BigInt64Array",
    "BigUint64Array",
    "Blob",
    "Boolean",
    "Buffer",
    "CustomEvent",
    "DOMException",
    "DataView",
    "Date",
    "Document",
    "Element",
    "Error",
    "EvalError",
    "Event",
    "EventTarget",
    "File",
    "FinalizationRegistry",
    "Float32Array",
    "Float64Array",
    "FormData",
    "Function",
    "Generator",
    "HTMLElement",
    "Headers",
    "Infinity",
    "Int16Array",
    "Int32Array",
    "Int8Array",
    "Intl",
    "Iterable",
    "IterableIterator",
    "Iterator",
    "JSON",
    "Map",
    "Math",
    "MutationObserver",
    "NaN",
    "NodeJS",
    "Number",
    "Object",
    "Promise",
    "PromiseLike",
    "Proxy",
    "RangeError",
    "ReadableStream",
    "ReadonlyArray",
    "ReadonlyMap",
    "ReadonlySet",
    "Record",
    "ReferenceError",
    "Reflect",
    "RegExp",
    "Request",
    "Response",
    "Set",
    "SharedArrayBuffer",
    "String",
    "Symbol",
    "SyntaxError",
    "TextDecoder",
    "TextEncoder",
    "TypeError",
    "URIError",
    "URL",
    "URLSearchParams",
    "Uint16Array",
    "Uint32Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "WeakMap",
    "WeakRef",
    "WeakSet",
    "WebAssembly",
    "WebSocket",
    "Worker",
    "XMLHttpRequest",
    "__dirname",
    "__filename",
    "alert",
    "atob",
    "btoa",
    "cancelAnimationFrame",
    "clearImmediate",
    "clearInterval",
    "clearTimeout",
    "console",
    "crypto",
    "decodeURI",
    "decodeURIComponent",
    "document",
    "encodeURI",
    "encodeURIComponent",
    "escape",
    "eval",
    "fetch",
    "global",
    "globalThis",
    "isFinite",
    "isNaN",
    "localStorage",
    "location",
    "navigator",
    "parseFloat",
    "parseInt",
    "performance",
    "process",
    "queueMicrotask",
    "requestAnimationFrame",
    "require",
    "sessionStorage",
    "setImmediate",
    "setInterval",
    "setTimeout",
    "structuredClone",
    "undefined",
    "unescape",
    "window",
    NULL,
};

static bool is_one_of(Str word, const char *const *list)
{
    for (; *list; list++)
        if (str_eq(word, str_from(*list))) return true;
    return false;
}

// xs.find(f), map.get(k): what an outside container holds.
static void outside_call(Resolver *r, const Values *base, Str name, Values *out)
{
    static const char *const items[] = {"get", "find", "findLast", "pop", "shift", "at", NULL};
    static const char *const same[] = {"filter",   "slice",      "concat", "reverse", "sort",
                                       "toSorted", "toReversed", "values", "splice",  NULL};
    for (uint32_t i = 0; i < base->count; i++)
        if (base->items[i].kind != VALUE_EXTERNAL || !base->items[i].item) return;
    if (is_one_of(name, items)) *out = evaluate_items(r, base, LANG_typescript);
    else if (is_one_of(name, same)) values_join(r, out, base);
}

const ResolveLang resolve_javascript = {
    .sealed_types = true,
    .strict_exports = true,
    .outside_members = true,
    .import = import_module,
    .submodule = submodule,
    .unbound = unbound,
    .outside_call = outside_call,
    .call_member = "new",
    .builtins = builtins,
};
