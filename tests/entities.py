#!/usr/bin/env python3
"""entities.py CQ DIR... - what `cq q` says of the Python files in DIR, against ast and symtable.

Functions, classes, methods, decorators, calls, imports and raises are compared by place; captures
and cells with symtable where that is of Python 3.12 or later (comprehensions are no scopes then).
Each filter by name is asked as a name, which the index narrows, and as a regex, which it cannot."""
import ast
import json
import os
import subprocess
import sys
import symtable


def ask(cq, root, *words):
    done = subprocess.run([cq, "q", "--format", "json", "--root", root, *words],
                          capture_output=True, text=True)
    if done.returncode > 1:
        sys.exit(f"{words}: {done.stderr}")
    return json.loads(done.stdout)


def sources(root):
    for folder, names, files in os.walk(root):
        names[:] = [n for n in names if not n.startswith(".")]
        for name in files:
            path = os.path.join(folder, name)
            if name.endswith(".py") and not os.path.islink(path):
                try:
                    text = open(path, encoding="utf-8").read()
                    yield os.path.relpath(path, root), text, ast.parse(text)
                except (SyntaxError, ValueError):
                    pass


def dotted(node):
    if isinstance(node, ast.Call):
        return dotted(node.func)
    if isinstance(node, ast.Subscript):
        return dotted(node.value)
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        if isinstance(node.value, (ast.Call, ast.Subscript)):
            return before  # raise X().with_traceback(t) raises X
        return before and f"{before}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else None


class Reader(ast.NodeVisitor):
    def __init__(self, path, out):
        self.path, self.out, self.around = path, out, []

    def add(self, kind, *what):
        self.out.setdefault(kind, set()).add((self.path, *what))

    def definition(self, node, kind):
        first = min([node.lineno] + [d.lineno for d in node.decorator_list])
        place = (first, node.end_lineno, node.name)
        self.add(kind, *place)
        if kind == "function" and self.around and self.around[-1][0] == "class":
            self.add("method", *place)
        if node.decorator_list:
            names = tuple(dotted(d) for d in node.decorator_list)
            if None not in names:
                self.add("decorator", *place, names)
        self.around.append((kind, place))
        self.generic_visit(node)
        self.around.pop()

    def visit_FunctionDef(self, node):
        self.definition(node, "function")

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node):
        self.definition(node, "class")

    def visit_Call(self, node):
        if isinstance(node.func, (ast.Name, ast.Attribute)):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            self.add("callsite", node.lineno, node.end_lineno, node.end_col_offset, name,
                     sum(not isinstance(a, ast.Starred) for a in node.args),
                     tuple(k.arg for k in node.keywords if k.arg))
        self.generic_visit(node)

    def visit_Import(self, node):
        for alias in node.names:
            self.add("import", node.lineno, alias.name)

    def visit_ImportFrom(self, node):
        for alias in node.names:
            self.add("import", node.lineno, alias.name)

    def visit_Raise(self, node):
        name = dotted(node.exc) if node.exc else None
        if name and self.around and self.around[-1][0] == "function":
            self.add("raises", *self.around[-1][1], name)
        self.generic_visit(node)


def found(document, kind):
    out = set()
    for f in document["findings"]:
        details = f.get("details", {})
        if kind == "callsite":
            out.add((f["path"], f["line"], f["end_line"], f["end_col"], f["name"],
                     details["arguments"], tuple(details["keywords"])))
        elif kind == "import":
            out.add((f["path"], f["line"], f["name"]))
        elif kind == "decorator":
            out.add((f["path"], f["line"], f["end_line"], f["name"], tuple(details["decorators"])))
        elif kind == "raises":
            for name in details["raises"]:
                if name:
                    out.add((f["path"], f["line"], f["end_line"], f["name"], name))
        else:
            out.add((f["path"], f["line"], f["end_line"], f["name"]))
    return out


def scopes(table, path, out):
    inner = ("lambda", "genexpr", "listcomp", "setcomp", "dictcomp")
    if str(table.get_type()).endswith("function") and table.get_name() not in inner:
        names = table._table.symbols  # scope 5: a cell (Include/internal/pycore_symtable.h)
        cells = {n for n, flags in names.items() if flags >> 12 & 15 == 5}
        out.append((path, table.get_name(), table.get_lineno(), set(table.get_frees()), cells))
    for child in table.get_children():
        scopes(child, path, out)


def compare_scopes(cq, root, files):
    known = {}
    for f in ask(cq, root, "entity=function", "lang=python", "expand=scope")["findings"]:
        if f["category"] == "scope":
            known.setdefault((f["path"], f["name"]), []).append(f)
    wanted, wrong = [], 0
    for path, text, _ in files:
        scopes(symtable.symtable(text, path, "exec"), path, wanted)
    for path, name, line, frees, cells in wanted:
        if name.startswith("__") and not name.endswith("__"):
            continue  # mangled
        around = [f for f in known.get((path, name), []) if f["line"] <= line <= f["end_line"]]
        own = min(around, key=lambda f: f["end_line"] - f["line"], default=None)
        details = own["details"] if own else {"free_vars": ["?"], "cell_vars": []}
        if set(details["free_vars"]) != frees or set(details["cell_vars"]) != cells:
            wrong += 1
            print(f"{path}:{line} {name}: symtable {frees} {cells}, cq {details}")
    return len(wanted), wrong


def check(cq, root):
    files, expected, wrong = list(sources(root)), {}, 0
    paths = {path for path, _, _ in files}
    for path, _, tree in files:
        Reader(path, expected).visit(tree)
    queries = {kind: [f"entity={kind}"] for kind in
               ("function", "class", "method", "decorator", "callsite", "import")}
    queries["raises"] = ["entity=function", "raises=any"]
    for kind, words in queries.items():
        mine = {row for row in found(ask(cq, root, *words, "lang=python"), kind) if row[0] in paths}
        theirs = expected.get(kind, set())
        for row in sorted(mine ^ theirs, key=str)[:5]:
            print(f"{root}: {kind}: {'cq' if row in mine else 'ast'} alone: {row}")
        wrong += len(mine ^ theirs)
        print(f"{root}: {kind} {len(theirs)}, {len(mine ^ theirs)} differ")
    for kind in ("function", "class", "callsite", "import"):
        for name in sorted({row[-3 if kind == 'callsite' else -1] for row in expected.get(kind, ())})[::17][:20]:
            last = name.rsplit(".")[-1]
            if not last.isidentifier():
                continue
            a = ask(cq, root, f"entity={kind}", f"name={last}")["findings"]
            b = ask(cq, root, f"entity={kind}", f"name=~^{last}$")["findings"]
            if a != b:
                wrong += 1
                print(f"{root}: {kind} name={last}: {len(a)} with the index, {len(b)} without")
    if sys.version_info >= (3, 12):
        count, bad = compare_scopes(cq, root, files)
        wrong += bad
        print(f"{root}: scopes {count}, {bad} differ")
    return wrong


if __name__ == "__main__":
    sys.exit(1 if sum(check(sys.argv[1], root) for root in sys.argv[2:]) else 0)
