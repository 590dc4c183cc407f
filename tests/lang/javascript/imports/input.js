import "side-effect";
import React, { useState as state, Fragment } from "react";
import fallback, * as names from "./names.js";
import data from "./data.json" with { type: "json" };
export { a as b, default as c, d } from "./re.js";
export * from "./all.js";
export * as ns from "./ns.js";
export { a };

const fs = require("fs");
const { join, sep: separator, ...rest } = require("path");
var debug = require("debug")("app");
const parse = require("./parse").parse, read = require("./parse").readAll;
require("./setup");

async function load(name) {
  const { run } = await import("./lazy.js");
  return import(name);
}
