// resolve/javascript_test.c - what calls of JavaScript and TypeScript mean, in small trees:
// modules, exports, packages, classes, prototypes, types.
#include "support/calls.h"
#include "support/check.h"

static const CallsCase cases[] = {
    {"modules by their path: endings, index, what a .js is made from",
     {{"a.ts", "export function one() {}\nexport default function two() {}\nfunction own() {}\n"},
      {"dir/index.ts", "export * from \"../a\";\nexport { one as uno } from '../a.js';\n"
                       "export * as inner from '../a';\n"},
      {"b.js", "import def, { one, own } from './a';\nimport * as all from './dir';\n"
               "one();\ndef();\nown();\nall.one();\nall.uno();\nall.inner.one();\nall.own();\n"}},
     "b.js:3 one exact a.ts:1\nb.js:4 def exact a.ts:2\nb.js:5 own name_only\n"
     "b.js:6 one exact a.ts:1\nb.js:7 uno exact a.ts:1\nb.js:8 one exact a.ts:1\n"
     "b.js:9 own name_only\n"},
    {"CommonJS: members, whole modules, the file itself",
     {{"lib/whole.js", "exports = module.exports = make;\nfunction make() {}\n"
                       "exports.extra = function () {};\nmodule.exports.more = function () {};\n"},
      {"lib/parts.js",
       "function a() {}\nmodule.exports = { a, b: a, c() {} };\nmodule.exports.c();\n"},
      {"main.js",
       "const make = require('./lib/whole'), { a, b: z } = require('./lib/parts');\n"
       "make();\nmake.extra();\nmake.more();\na();\nz();\n"
       "require('./lib/parts').c();\nrequire('fs').stat();\nnew (require('./none'))();\n"}},
     "lib/parts.js:3 c exact lib/parts.js:2\nmain.js:1 require external\nmain.js:1 require "
     "external\n"
     "main.js:2 make exact lib/whole.js:2\nmain.js:3 extra exact lib/whole.js:3\n"
     "main.js:4 more exact lib/whole.js:4\nmain.js:5 a exact lib/parts.js:1\n"
     "main.js:6 z exact lib/parts.js:1\nmain.js:7 c exact lib/parts.js:2\n"
     "main.js:7 require external\nmain.js:8 require external\nmain.js:8 stat external\n"
     "main.js:9 require external\n"},
    {"packages of the workspace and the paths of tsconfig.json",
     {{"packages/one/package.json", "{\"name\": \"@w/one\", \"exports\": {\".\": {\"import\": "
                                    "\"./src/main.ts\"}, \"./sub\": \"./dist/sub.js\"}}"},
      {"packages/one/src/main.ts", "export function f() {}\n"},
      {"packages/one/src/sub.ts", "export function g() {}\n"},
      {"packages/two/tsconfig.json", "{\"extends\": \"./base\", // here\n}"},
      {"packages/two/base.json",
       "{\"compilerOptions\": {\"paths\": {/* all */ \"@/*\": [\"./src/*\",],}}}"},
      {"packages/two/src/deep/h.ts", "export const h = () => {};\n"},
      {"packages/two/src/use.ts", "import { f } from '@w/one';\nimport { g } from '@w/one/sub';\n"
                                  "import { h } from '@/deep/h';\nimport x from 'elsewhere';\n"
                                  "f();\ng();\nh();\nx();\nx.y();\n"}},
     "packages/two/src/use.ts:5 f exact packages/one/src/main.ts:1\n"
     "packages/two/src/use.ts:6 g likely packages/one/src/sub.ts:1\n"
     "packages/two/src/use.ts:7 h exact packages/two/src/deep/h.ts:1\n"
     "packages/two/src/use.ts:8 x external\npackages/two/src/use.ts:9 y external\n"},
    {"classes: this, super, fields, statics, inheritance over files; a plain function has no this",
     {{"base.js", "export class Base {\n constructor() {}\n up() {}\n static make() {}\n}\n"},
      {"own.js", "import { Base } from './base';\nclass Own extends Base {\n #p = new Own();\n"
                 " constructor() {\n super();\n this.q = new Base(); }\n go() {\n this.up();\n"
                 " super.up();\n this.#p.go();\n this.q.up();\n"
                 " [1].map(function () { this.go(); });\n [1].map(() => this.go());\n }\n"
                 " static s() { this.make(); }\n}\nOwn.make();\nnew Own().go();\n"}},
     "own.js:10 go exact own.js:7\nown.js:11 up exact base.js:3\nown.js:12 go name_only\n"
     "own.js:12 map external\nown.js:13 go exact own.js:7\nown.js:13 map external\n"
     "own.js:15 make exact base.js:4\nown.js:17 make exact base.js:4\nown.js:18 Own exact "
     "own.js:2\n"
     "own.js:18 go exact own.js:7\nown.js:3 Own exact own.js:2\nown.js:5 super exact base.js:2\n"
     "own.js:6 Base exact base.js:1\nown.js:8 up exact base.js:3\nown.js:9 up exact base.js:3\n"},
    {"prototypes and objects that are filled later",
     {{"p.js", "function Old() {}\nOld.prototype.a = function () { this.b(); };\n"
               "Old.prototype = { b() { this.a(); } };\nvar app = exports = {};\n"
               "app.use = function use() { this.run(); };\napp.run = function () { app.use(); };\n"
               "const o = { m() { this.n(); }, n: () => {} };\no.m();\nnew Old().a();\n"}},
     "p.js:2 b exact p.js:3\np.js:3 a exact p.js:2\np.js:5 run exact p.js:6\n"
     "p.js:6 use exact p.js:5\np.js:7 n exact p.js:7\np.js:8 m exact p.js:7\np.js:9 Old exact "
     "p.js:1\n"
     "p.js:9 a exact p.js:2\n"},
    {"types: parameters, fields, returns, containers, aliases, unions, construct signatures",
     {{"t.ts",
       "interface A { run(): B; new (): A }\nclass B { go(): Promise<A> { return x; } }\n"
       "type C = B;\ntype D = { d(): void } & A;\n"
       "async function f(a: A, c?: C | null, d: D, all: Array<B>, k: A | B) {\n a.run().go();\n"
       " c?.go();\n d.run();\n d.d();\n (await c!.go()).run();\n"
       " for (const one of all) one.go();\n new a();\n}\n"
       "class E { constructor(private b: B) {}\n e({ b }: E, m: Record<string, B>) { this.b.go(); "
       "m['x'].go();\n b.go(); }\n}\n"}},
     "t.ts:10 go exact t.ts:2\nt.ts:10 run exact t.ts:1\nt.ts:11 go exact t.ts:2\n"
     "t.ts:12 a exact t.ts:1\nt.ts:15 go exact t.ts:2\nt.ts:15 go exact t.ts:2\nt.ts:16 go exact "
     "t.ts:2\n"
     "t.ts:6 go exact t.ts:2\nt.ts:6 run exact t.ts:1\nt.ts:7 go exact t.ts:2\n"
     "t.ts:8 run exact t.ts:1\nt.ts:9 d exact t.ts:4\n"},
    {"scopes: blocks, hoisting, members are no bare names, reassigned variables, callbacks",
     {{"s.js", "const f = () => {};\n{ const f = () => {}; f(); }\nf();\nlate();\n"
               "function late(cb) { cb(); }\nclass K { late() { late(f); } f = f; }\n"
               "let k;\nfunction set() { k = new K(); }\nk.late();\n"
               "const [g, { h }] = f();\ng();\nh.late();\n"}},
     "s.js:10 f exact s.js:1\ns.js:11 g dynamic s.js:10\ns.js:12 late name_only\ns.js:2 f exact "
     "s.js:2\n"
     "s.js:3 f exact s.js:1\ns.js:4 late exact s.js:5\ns.js:5 cb dynamic\ns.js:6 late exact "
     "s.js:5\n"
     "s.js:8 K exact s.js:6\ns.js:9 late likely s.js:6\n"},
    {"JSX is a call of a component",
     {{"ui.tsx", "export const Button = () => <b/>;\nexport class Box { render() {} }\n"},
      {"page.tsx", "import * as ui from './ui';\nimport { Button } from './ui';\n"
                   "const p = <ui.Box><Button/><div/></ui.Box>;\n"}},
     "page.tsx:3 Box exact ui.tsx:2\npage.tsx:3 Button exact ui.tsx:1\n"},
};

static void calls_mean_what_is_written(void **state)
{
    (void)state;
    calls_check(cases, ARRAY_LEN(cases));
}

int resolve_javascript_test(void);
int resolve_javascript_test(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(calls_mean_what_is_written)};
    return RUN_TESTS(tests);
}
