// Elements, requests, numbers: what the views share. Nothing here or there makes HTML of text.
"use strict";
const $ = id => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter(child => child !== undefined && child !== null && child !== ""));
  return node;
}
const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const draw = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

const count = n => Number(n).toLocaleString("en");
const plural = (n, one, many) => `${count(n)} ${n === 1 ? one : many || one + "s"}`;
const ms = t => t >= 1000 ? +(t / 1000).toFixed(1) + " s" : t >= 10 ? Math.round(t) + " ms" : t.toFixed(t >= 1 ? 1 : 2) + " ms";
const bytes = n => n < 1024 ? n + " B" : n < 1 << 20 ? (n / 1024).toFixed(1) + " KiB"
  : n < 2 ** 30 ? (n / 2 ** 20).toFixed(1) + " MiB" : (n / 2 ** 30).toFixed(2) + " GiB";
const clock = text => new Date(text).toLocaleTimeString("en-GB");

// ---- requests

class Problem extends Error {
  constructor(said) {
    super(said.detail || said.title);
    this.said = said;
  }
}

let token = sessionStorage.getItem("cq-token"), asking = null, declined = false;

// Once for all requests that need it; resolves to whether one was given.
function askToken(why) {
  asking = asking || new Promise(resolve => {
    const dialog = $("ask-token");
    $("token-note").textContent = token ? why : "Kept in this tab until it is closed.";
    $("token").value = "";
    dialog.returnValue = "";
    dialog.showModal();
    dialog.addEventListener("close", () => {
      asking = null;
      declined = dialog.returnValue !== "use";
      if (!declined) sessionStorage.setItem("cq-token", token = $("token").value.trim());
      resolve(!declined);
    }, {once: true});
  });
  return asking;
}

async function problemOf(response) {
  const text = await response.text();
  try {
    return new Problem(JSON.parse(text));
  } catch {
    return new Problem({title: `HTTP ${response.status}`, status: response.status, detail: text.slice(0, 400)});
  }
}

// `quiet`: for requests nobody made by hand, which do not ask for a token that was declined.
async function ask(path, {quiet, headers, ...options} = {}) {
  if (!quiet) declined = false;
  for (;;) {
    const sent = token;
    const response = await fetch(path, {
      cache: "no-cache", credentials: "omit", redirect: "error", ...options,
      headers: {...headers, ...(sent ? {Authorization: "Bearer " + sent} : {})},
    }).catch(error => {
      if (error.name === "AbortError") throw error;
      throw new Problem({title: "The server does not answer", detail: "It has ended, or the connection was lost."});
    });
    if (response.ok) return response;
    const problem = await problemOf(response);
    if (response.status !== 401 || declined) throw problem;
    if (sent === token && !await askToken(problem.message)) throw problem;
  }
}
const askJson = async (path, options) => (await ask(path, options)).json();

const inWorkspace = (query, workspace = $("workspace").value) => {
  const params = new URLSearchParams(query);
  if (workspace) params.set("workspace", workspace);
  return params;
};

// As the server said it: title, detail, each mistake, and the number under which its log has it.
function showProblem(error) {
  const said = error.said || {title: "The page failed", detail: String(error.message || error)};
  return el("div", {class: "problem"},
    el("b", {}, said.title), said.status ? el("span", {class: "dim"}, ` ${said.status}`) : "",
    el("p", {}, said.detail || ""),
    said.errors && said.errors.length > 1 ? el("ul", {}, said.errors.map(one => el("li", {}, `${one.pointer}: ${one.detail}`))) : "",
    said.instance ? el("p", {class: "dim"}, "request ", el("code", {}, said.instance)) : "");
}

// ---- parts

function table(heads, rows) {
  return el("table", {},
    el("thead", {}, el("tr", {}, heads.map(head => el("th", {class: head.startsWith("#") ? "num" : "", scope: "col"}, head.replace("#", ""))))),
    el("tbody", {}, rows.map(row => el("tr", {}, row.map((cell, i) =>
      cell instanceof HTMLTableCellElement ? cell : el("td", {class: (heads[i].startsWith("#") ? "num" : "") + (/^(0|–)$/.test(cell) ? " nought" : "")}, cell))))));
}
const stateMark = state => el("span", {class: "state " + state}, state);

// Arrow keys in a listbox: the chosen option is aria-activedescendant. `chosen(option, byHand)`.
function listKeys(box, chosen, open) {
  const options = () => [...box.querySelectorAll("[role=option]")];
  const pick = (option, opened) => {
    for (const old of box.querySelectorAll("[aria-selected=true]")) old.setAttribute("aria-selected", "false");
    if (!option) return box.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({block: "nearest"});
    chosen(option, opened);
  };
  box.addEventListener("keydown", event => {
    const all = options(), at = all.findIndex(option => option.getAttribute("aria-selected") === "true");
    const page = Math.max(1, Math.floor(box.clientHeight / 24) - 1);
    const to = {ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1, PageDown: at + page, PageUp: at - page}[event.key];
    if (event.key === "Enter" && at >= 0) open(all[at]);
    else if (to !== undefined && all.length) pick(all[Math.min(all.length - 1, Math.max(0, to))], false);
    else return;
    event.preventDefault();
  });
  box.addEventListener("click", event => {
    const option = event.target.closest("[role=option]");
    if (option) pick(option, true);
  });
  return pick;
}
