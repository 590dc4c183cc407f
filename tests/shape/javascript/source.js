'use strict';
import fs from 'fs';
import { join, resolve as abs } from 'path';

const cache = new Map();
let count = 0;
var legacy = require('legacy');

export function load(path, options = {}) {
  if (cache.has(path)) return cache.get(path);
  const full = join(process.cwd(), path);
  try {
    const text = fs.readFileSync(full, 'utf8');
    const value = JSON.parse(text);
    cache.set(path, value);
    return value;
  } catch (error) {
    console.error('cannot load', path, error);
    throw new Error(`cannot load ${path}`);
  }
}

export class Store {
  #items = [];
  static shared = new Store();

  constructor(name) {
    this.name = name;
    this.listeners = [];
  }

  on(event, fn) {
    this.listeners.push({ event, fn });
    return () => this.off(event, fn);
  }

  off(event, fn) {
    this.listeners = this.listeners.filter(l => l.event !== event || l.fn !== fn);
  }

  async save() {
    for (const item of this.#items) {
      await this.write(item); // one at a time
    }
    await Promise.all(this.#items.map(async (item) => this.write(item)));
    console.log('saved', this.#items.length);
  }

  get size() { return this.#items.length; }
}

function sum(a, b, ...rest) {
  let total = a + b;
  for (let i = 0; i < rest.length; i++) total += rest[i];
  rest.forEach(function (x) { total = total + x; });
  return total || 0;
}

const compare = (a, b) => a === a && a.id == b.id;
const pick = ({ id, name, ...others }) => ({ id, name });
const nested = f(g(h(1)), g(2), 3);
foo(a, a); foo(a, b);
foo(a, /* same */ a);
setTimeout(() => { count++; console.log(count); }, 100);
if (count) { count--; } else if (!count) { count = 1 } else { console.warn('no'); }
obj?.deep?.[0]?.call(null);
export default { load, Store, 'sum': sum };
