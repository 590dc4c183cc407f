#!/usr/bin/env node
// The file header is no part of what follows.

/** Adds two numbers. */
export function add(a, b = 1, ...rest) {
  return sum(a, b, ...rest);
}

// Plain comments above a definition are its doc too.
async function* pages(url) {
  function next() {}
  const parse = async (text) => JSON.parse(text);
  const local = 1;
  yield* await fetch(url);
}

export const double = (n) => n * 2, triple = function (n) {
  return n * 3;
};

let renamed = function inner() {};
[1, 2].map(function visit(n) {});
(function () {
  var hidden = 1;
})();

export default function () {}
