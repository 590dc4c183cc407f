import type { Config } from "./config";
import main, { type Options, load as loadAll } from "./main";
import * as path from "path";
import fs = require("fs");
import Inner = Tools.Text;
import "./polyfill";
export type { Config as Settings } from "./config";
export * from "./all";
export * as extra from "./extra";
export = main;

const { a, b: c } = require("./legacy");
type Lazy = typeof import("./lazy");
const later = import("./later");
