import def, { a as b, c } from "./m";
import * as ns from "../ns";
import "./polyfill";
export { x, y as z } from "./re";
export * from "./all";
export * as inner from "./inner";
const path = require("path"), { join, resolve: res } = require("./join");
const lazy = () => import("./lazy");

export default class App extends mix(ns.Base) {
  #hidden = new Store();
  static count = 0;
  handler = () => this.run(b);
  constructor(store, { limit = c(), ...rest } = {}) {
    super(store);
    this.store = store || new Store();
  }
  get first() { return this.#hidden.first(); }
  static make(...args) { return new this(...args); }
  run(q) {
    super.run(q);
    const self = this;
    [1].forEach(function (item) { this.nobody(item); self.run(item); });
    for (const part of q) part.go();
    try { go(); } catch (e) { e.print(); }
    return new App(q)?.first;
  }
}

export function top(n) {
  if (n) {
    let n = new App();
    n.run();
  }
  var late = inside();
  function inside() { return top; }
  current = new App();
  ({ a: late } = ns);
  return late;
}
let current;
export const api = {
  get(url) { return this.send(url); },
  send: (url) => top(url),
  b,
  other: ns.other,
  plain: 1,
};
const both = b || c, one = b ? new App() : null;
export { both as default2, current };

function Old(name) { this.name = name; }
Old.prototype.greet = function () { return this.hello(); };
Old.prototype.hello = function hello() { hello(); };
Old.prototype = { more() { this.greet(); } };
exports.late = function late() {};
exports.alias = both;
module.exports = { top, App, own() {}, renamed: b };
app.use(require("./route")(app));
tag`${b.x}`;
(0, ns.call)(b, both);
