// Questions, their answers, and the source they point to.
"use strict";
const HINTS = {
  find: "a question, some words, a name, a path or an error message",
  search: "a name, literal text or regular expression",
  symbols: "a name, glob (dict*) or ~regex; or entity=function calls=NAME in=src",
  calls: "a name, Class.method or path:line",
};
const SURE = {exact: "●", likely: "◐", name_only: "○", dynamic: "◌"};
const STEP = 400, AROUND = 120, FURTHER = 300;
const chosenOp = () => document.querySelector("#query input[name=op]:checked").value;

function requestOf(op, text) {
  if (op === "find") return ["find", {question: text}];
  if (op === "calls") return ["calls", {target: text}];
  if (op === "search") return ["search", {pattern: text}];
  if (!text.includes("=")) return ["q", {entity: "any", name: text}];
  return ["q", text.split(/\s+/).filter(Boolean).map(word => ["query", word])];
}

// ---- what an answer says of itself

function factsOf(op, answer) {
  const s = answer.summary, facts = [], n = answer.findings.length;
  facts.push(el("span", {}, el("b", {}, plural(n, op === "find" ? "place" : "finding")), n ? ` in ${plural(new Set(answer.findings.map(f => f.path)).size, "file")}` : ""));
  if (answer.run) facts.push(el("span", {}, ms(answer.run.elapsed_ms)));
  const sure = {};
  for (const table of s.tables || []) for (const [how, calls] of Object.entries(table.by_certainty)) sure[how] = (sure[how] || 0) + calls;
  for (const [how, calls] of Object.entries(sure)) facts.push(el("span", {class: how}, `${SURE[how] || ""} ${how.replace("_", " ")} ${count(calls)}`));
  if (s.tables && s.definitions > 1) facts.push(el("span", {}, `${count(s.definitions)} definitions of the name`));
  if (s.insight && s.insight.risk) facts.push(el("span", {title: s.insight.risk.reasons.join("\n")}, `risk of changing ${s.insight.target.path}:${s.insight.target.line}: ${s.insight.risk.level}`));
  for (const counts of [s.hits_by_category, s.by_kind])
    for (const [kind, hits] of Object.entries(counts || {})) facts.push(el("span", {}, `${kind} ${count(hits)}`));
  if (s.channels) facts.push(el("span", {title: s.channels.map(c => `${c.channel}: ${c.state} ${c.why || ""}`).join("\n")},
    "ranked by " + s.channels.filter(c => c.state === "used").map(c => c.channel).join(" + ")));
  return facts;
}

// Everything that makes an answer less than complete.
function limitsOf({summary: s, run: how = {}, problems = []}) {
  const index = s.index || {}, limits = problems.map(problem => problem.detail || problem.title);
  const say = (when, text) => when && limits.push(text);
  for (const [why, files] of Object.entries(s.skipped || {})) limits.push(`${plural(files, "file")} skipped: ${why.replace(/_/g, " ")}`);
  say(s.truncated, "cut short by a limit");
  say(s.timed_out, "out of time: not all was looked at");
  say(s.interrupted || how.interrupted, "interrupted: what was found until then");
  say(how.scope, how.scope);
  say(s.stale || index.stale, "from an index older than the files");
  say(index.cold, `not indexed yet: ${count(index.parsed || 0)} of ${count(index.of_files || 0)} files read closely`);
  say(index.trouble, index.trouble);
  say(s.partial_files, `${plural(s.partial_files || 0, "file")} with syntax errors`);
  say(index.lost_files, `${plural(index.lost_files || 0, "file")} lost from the index`);
  for (const note of s.notes || s.degradation || (s.insight && s.insight.degradation) || []) limits.push(note);
  for (const channel of s.channels || []) say(channel.state === "unavailable" || channel.state === "failed", `${channel.channel}: ${channel.why}`);
  return limits.map(text => el("span", {class: "limit"}, "▲ " + text));
}

// ---- results

const shown = {answer: null, workspace: "", scores: new Map()};

// Columns are bytes of UTF-8.
function marked(finding) {
  const text = finding.text || finding.signature || finding.name || "";
  const trimmed = text.replace(/^\s+/, "");
  if (finding.end_line !== finding.line || !finding.text || (finding.category === "definition" && !finding.col)) return [trimmed];
  const raw = new TextEncoder().encode(text), part = (a, b) => new TextDecoder().decode(raw.subarray(a, b));
  const named = /^[^(]*/.exec(part(finding.col, finding.end_col))[0] || part(finding.col, finding.end_col); // of a call: what is called
  const before = part(0, finding.col);
  return [before.replace(/^\s+/, ""), el("mark", {}, named), text.slice(before.length + named.length)];
}

function hit(finding, index) {
  const sure = (finding.details || {}).certainty;
  return el("div", {
    role: "option", id: "hit-" + index, class: "hit", "aria-selected": "false", "data-index": index,
    title: [finding.category, finding.kind, finding.qualified || finding.enclosing, sure && `${sure}: ${finding.details.reason}`].filter(Boolean).join("\n"),
  }, el("span", {class: "no"}, finding.line), el("span", {class: sure || "", role: sure && "img", "aria-label": sure}, SURE[sure] || ""),
  el("span", {class: "code"}, marked(finding)), el("span", {class: "in"}, finding.enclosing || finding.qualified || finding.kind || ""));
}

// Puts `upTo` findings on the page: by section, and in it by file.
function renderResults(upTo) {
  const {answer} = shown, box = $("results"), nodes = [];
  let left = upTo;
  const sections = answer.sections.length ? answer.sections : [{title: "", findings: answer.findings.map((_, i) => i)}];
  for (const section of sections) {
    const first = answer.findings[section.findings[0]], isFile = first && first.path === section.title;
    if (!left || !first) continue;
    if (!isFile && section.title) nodes.push(el("h3", {class: "section", role: "presentation"}, section.title, el("span", {class: "dim"}, count(section.findings.length))));
    let path = null, group = null;
    for (const index of section.findings.slice(0, left)) {
      const finding = answer.findings[index], cut = finding.path.lastIndexOf("/") + 1;
      if (finding.path !== path) {
        path = finding.path;
        group = el("div", {role: "group", "aria-label": isFile ? path : `${section.title}: ${path}`}, el("div", {class: "file", role: "presentation"}, el("b", {title: path}, el("span", {class: "dim"}, path.slice(0, cut)), path.slice(cut)),
          el("span", {class: "dim"}, shown.scores.has(path) ? shown.scores.get(path).toFixed(2) : "")));
        nodes.push(group);
      }
      group.append(hit(finding, index));
    }
    left -= Math.min(left, section.findings.length);
  }
  const rest = answer.findings.length - upTo;
  if (rest > 0) nodes.push(el("div", {role: "option", id: "more", class: "hit", "aria-selected": "false", "data-more": upTo}, `      ▾ ${count(rest)} more, not shown yet`));
  if (!answer.findings.length) nodes.push(el("div", {class: "empty"}, answer.summary.kind === undefined && answer.summary.target !== undefined ? "No calls." : "Nothing found."));
  box.replaceChildren(...nodes);
}

// Also for the answer of a cell of a run.
function showAnswer(op, answer, workspace) {
  clearTimeout(following);
  Object.assign(shown, {answer, workspace, scores: new Map([].concat(answer.summary.files || []).filter(f => f.score !== undefined).map(f => [f.path, f.score]))});
  $("facts").replaceChildren(...factsOf(op, answer), ...limitsOf(answer));
  const at = answer.findings.findIndex(finding => `${finding.path}:${finding.line}` === here.at); // where the address says one was
  renderResults(Math.max(1, Math.ceil((at + 1) / STEP)) * STEP);
  $("results").scrollTop = 0;
  $("search").classList.remove("opened");
  pickHit(null);
  if (answer.findings.length && innerWidth > 760) pickHit($("hit-" + at) || $("results").querySelector("[role=option]"), false);
  else clearSource();
}

let looking = null;
async function look() {
  const op = chosenOp(), text = $("text").value.trim();
  if (looking) looking.abort();
  if (!text) return;
  const mine = looking = new AbortController();
  $("facts").replaceChildren(el("span", {}, "asking …"));
  try {
    const [name, words] = requestOf(op, text), query = inWorkspace(words);
    const answer = await askJson(`/v1/op/${name}?${query}`, {signal: mine.signal});
    if (mine === looking) showAnswer(op, answer, query.get("workspace"));
  } catch (error) {
    if (error.name === "AbortError") return;
    $("facts").replaceChildren();
    $("results").replaceChildren(showProblem(error));
    clearSource();
  }
}

// ---- source

const source = {path: "", first: 0, last: 0, total: 0, from: 0, to: 0};
let reading = null, following = 0;

function clearSource() {
  $("source-title").replaceChildren();
  $("lines").replaceChildren(el("div", {class: "empty"}));
  $("lines").firstChild.replaceWith(el("section", {class: "empty"},
    el("p", {}, el("kbd", {}, "/"), "search"), el("p", {}, el("kbd", {}, "↓"), el("kbd", {}, "↑"), "move through results; the source follows"),
    el("p", {}, el("kbd", {}, "Enter"), "into the source, ", el("kbd", {}, "Esc"), "back"), el("p", {}, el("kbd", {}, "●"), "exact ", el("kbd", {}, "◐"), "likely ", el("kbd", {}, "○"), "by name only ", el("kbd", {}, "◌"), "dynamic")));
}

async function read(path, signal) {
  const answer = await askJson(`/v1/op/read?${inWorkspace({path, around: AROUND, limit: 0}, shown.workspace)}`, {signal});
  return answer.summary;
}

function lineNodes(part) {
  const also = new Set(shown.answer ? shown.answer.findings.filter(f => f.path === source.path).map(f => f.line) : []);
  const lines = part.text.replace(/\n$/, "").split("\n");
  return lines.map((text, i) => {
    const n = part.first + i, here = n >= source.from && n <= source.to;
    return el("div", {class: here ? "here" : also.has(n) ? "also" : "", "data-line": n}, el("span", {}, n), el("span", {}, text));
  });
}

// Buttons for what is above and below; `keep` is a line that stays where it is on the screen.
function frameLines() {
  for (const button of $("lines").querySelectorAll("button")) button.remove();
  const further = (label, first, last, above) => el("button", {onclick: async event => {
    event.target.disabled = true;
    const part = await read(`${source.path}:${first}-${last}`).catch(error => event.target.replaceWith(showProblem(error)));
    if (!part) return;
    const box = $("lines"), before = box.scrollHeight - box.scrollTop;
    if (above) box.prepend(...lineNodes(part));
    else box.append(...lineNodes(part));
    source.first = Math.min(source.first, part.first);
    source.last = Math.max(source.last, part.last);
    frameLines();
    if (above) box.scrollTop = box.scrollHeight - before;
    box.focus();
  }}, label);
  if (source.first > 1) $("lines").prepend(further(`lines above: ${count(source.first - 1)}`, Math.max(1, source.first - FURTHER), source.first - 1, true));
  if (source.last < source.total) $("lines").append(further(`lines below: ${count(source.total - source.last)}`, source.last + 1, Math.min(source.total, source.last + FURTHER), false));
}

async function showSource(finding) {
  if (reading) reading.abort();
  const mine = reading = new AbortController(), name = `${finding.path}:${finding.line}`;
  try {
    const part = await read(name, mine.signal);
    if (mine !== reading) return;
    remember({at: name});
    const whole = finding.category === "definition" && finding.end_line - finding.line < 400 ? finding.end_line : finding.line;
    const to = finding.end_col === 0 && whole > finding.line ? whole - 1 : whole; // the end is not inside
    Object.assign(source, {path: part.path, first: part.first, last: part.last, total: part.lines, from: finding.line, to});
    $("source-title").replaceChildren(el("button", {onclick: closeSource, "aria-label": "Back to the results"}, "‹"),
      el("span", {}, name), el("span", {class: "dim"}, [part.language, plural(part.lines, "line"), bytes(part.bytes)].filter(Boolean).join(" · ")),
      part.not_utf8 ? el("span", {class: "limit"}, "▲ not UTF-8") : "", part.cut_lines ? el("span", {class: "limit"}, "▲ long lines cut") : "",
      part.truncated ? el("span", {class: "limit"}, "▲ cut short") : "");
    $("lines").replaceChildren(...lineNodes(part));
    frameLines();
    const line = $("lines").querySelector(`[data-line="${finding.line}"]`);
    if (line) $("lines").scrollTop = line.offsetTop - $("lines").offsetTop - $("lines").clientHeight / 4;
  } catch (error) {
    if (error.name === "AbortError") return;
    $("source-title").replaceChildren(el("button", {onclick: closeSource, "aria-label": "Back to the results"}, "‹"), name);
    $("lines").replaceChildren(showProblem(error));
  }
}

function openSource() {
  $("search").classList.add("opened");
  $("lines").focus();
}
function closeSource() {
  $("search").classList.remove("opened");
  $("results").focus();
}

const pickHit = listKeys($("results"), (option, byHand) => {
  if (option.dataset.more) {
    const shownAlready = Number(option.dataset.more);
    renderResults(shownAlready + STEP);
    return pickHit($("results").querySelectorAll(".hit")[shownAlready], byHand);
  }
  const finding = shown.answer.findings[option.dataset.index];
  clearTimeout(following);
  following = setTimeout(() => showSource(finding), byHand ? 0 : 60);
  if (byHand && innerWidth <= 760) openSource();
}, option => {
  clearTimeout(following);
  showSource(shown.answer.findings[option.dataset.index]);
  openSource();
});

function hint() {
  $("text").placeholder = HINTS[chosenOp()];
}
$("query").addEventListener("submit", event => {
  event.preventDefault();
  remember({view: "search", op: chosenOp(), q: $("text").value.trim(), at: ""}, true);
  look();
});
$("query").addEventListener("change", event => {
  if (event.target.name !== "op") return;
  hint();
  if ($("text").value.trim()) $("query").requestSubmit();
});
$("text").addEventListener("keydown", event => {
  if (event.key !== "ArrowDown") return;
  event.preventDefault();
  $("results").focus();
  if (!$("results").querySelector("[aria-selected=true]")) pickHit($("results").querySelector("[role=option]"), false);
});
