// Runs of plans: started here or elsewhere, followed through their stream of events.
"use strict";
const SAMPLE = {version: 1, cells: [
  {id: "todo", op: "search", params: {pattern: "TODO"}},
  {id: "fixme", op: "search", params: {pattern: "FIXME"}},
  {id: "shape", op: "outline", inputs: ["todo", "fixme"]},
]};
const ENDED = ["success", "failed", "canceled"], MOST_NODES = 160, MOST_ROWS = 200;
const ORDER = ["failed", "running", "canceled", "skipped", "success", "ready", "pending"];
const run = {id: "", cells: [], byId: new Map(), changed: new Set(), state: "", workspace: "", seq: 0, ns: 0, dropped: 0, began: 0, counts: null, trouble: "", follow: null};

// ---- one run

async function openRun(id) {
  if (run.follow) run.follow.abort();
  const mine = run.follow = new AbortController();
  Object.assign(run, {id, cells: [], byId: new Map(), changed: new Set(), state: "", seq: 0, ns: 0, dropped: 0, counts: null, trouble: "", answer: null});
  remember({run: id});
  try {
    const answer = await askJson("/runtime/runs/" + encodeURIComponent(id), {signal: mine.signal});
    run.cells = answer.summary.cells.map(cell => ({...cell, ns: 0, inputs: cell.inputs || []}));
    run.byId = new Map(run.cells.map(cell => [cell.id, cell]));
    run.began = performance.now() - answer.summary.duration_ms;
    run.state = answer.summary.state;
    drawGraph();
    run.changed = new Set(run.cells);
    drawRun();
    await follow(mine);
  } catch (error) {
    if (error.name === "AbortError") return;
    $("run-state").replaceChildren();
    $("graph").replaceChildren(showProblem(error));
    $("run-cells").replaceChildren();
  }
}

// Reads events until the run ends; goes on behind the last one when the stream breaks.
async function follow(mine) {
  while (!mine.signal.aborted) {
    try {
      const response = await ask(`/runtime/runs/${encodeURIComponent(run.id)}/events?after=${run.seq}`,
        {signal: mine.signal, headers: {Accept: "application/x-ndjson"}});
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      run.trouble = "";
      for (let rest = "";;) {
        const {done, value} = await reader.read();
        if (done) break;
        const lines = (rest + value).split("\n");
        rest = lines.pop();
        for (const line of lines) if (line) take(JSON.parse(line));
        if (lines.length) drawSoon();
      }
      if (ENDED.includes(run.state)) return;
      run.trouble = "the stream of events ended early; asking again";
    } catch (error) {
      if (error.name === "AbortError" || (error.said && error.said.status)) throw error;
      run.trouble = "the stream of events was lost; asking again";
    }
    drawSoon();
    await new Promise(resolve => setTimeout(resolve, 1000));
  }
}

function take(event) {
  run.seq = Math.max(run.seq, event.seq || 0);
  run.ns = Math.max(run.ns, event.ns || 0);
  if (event.kind === "dropped") run.dropped += event.dropped;
  if (event.kind === "run") Object.assign(run, {state: event.state, counts: event.counts || run.counts, took: event.duration_ns});
  const cell = event.kind !== "run" && run.byId.get(event.cell_id);
  if (!cell) return;
  run.changed.add(cell);
  if (event.kind === "message") cell.said = event.message;
  else Object.assign(cell, {state: event.state, cached: event.from || cell.cached, reason: event.message, problem: event.error || cell.problem,
    duration_ms: event.duration_ns === undefined ? cell.duration_ms : event.duration_ns / 1e6});
}

let drawing = 0;
function drawSoon() {
  drawing = drawing || setTimeout(() => {
    drawing = 0;
    drawRun();
  }, run.cells.length > MOST_NODES ? 250 : 80);
}

function drawRun() {
  if (!run.cells.length) return; // another one is being fetched
  const counts = {}, ended = ENDED.includes(run.state);
  for (const cell of run.cells) counts[cell.state] = (counts[cell.state] || 0) + 1;
  const took = ended && run.took ? run.took / 1e6 : performance.now() - run.began;
  $("run-state").replaceChildren(stateMark(run.state), "  ", el("code", {}, run.id), el("span", {class: "dim"}, `  ${ms(took)} · ${plural(run.cells.length, "cell")}: `
    + Object.entries(counts).map(([state, n]) => `${count(n)} ${state}`).join(", ")),
  run.dropped ? el("span", {class: "limit"}, ` ▲ ${plural(run.dropped, "message")} dropped`) : "", run.trouble ? el("span", {class: "limit"}, " ▲ " + run.trouble) : "");
  $("cancel").disabled = ended || !run.id;
  for (const cell of run.changed) {
    cell.node.setAttribute("class", `${cell.node.classList[0]} ${cell.state}`);
    cell.node.firstChild.textContent = `${cell.id} (${cell.op}): ${cell.state}${whyOf(cell) ? "\n" + whyOf(cell) : ""}`;
    const small = cell.node.querySelector(".small");
    if (small) small.textContent = `${cell.op} · ${cell.state}${cell.duration_ms ? " · " + ms(cell.duration_ms) : ""}`;
  }
  run.changed.clear();
  const svg = $("graph").querySelector("svg");
  if (svg) svg.setAttribute("aria-label", `${plural(run.cells.length, "cell")}; ` + Object.entries(counts).map(([state, n]) => `${n} ${state}`).join(", "));
  drawCells();
}

const whyOf = cell => cell.problem ? `${cell.problem.title}: ${cell.problem.detail}` : cell.reason || cell.said || "";

function drawCells() {
  const top = $("run-cells").scrollTop, many = run.cells.length > MOST_ROWS;
  const some = many ? [...run.cells].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state)).slice(0, MOST_ROWS) : run.cells;
  $("run-cells").replaceChildren(table(["cell", "operation", "state", "from", "#time", "why, or its last words"], some.map(cell => [
    cell.state === "success" ? el("button", {title: "Show what it found", onclick: () => showCell(cell)}, el("code", {}, cell.id)) : el("code", {}, cell.id),
    cell.op, stateMark(cell.state), cell.state === "success" ? cell.cached : "", cell.duration_ms ? ms(cell.duration_ms) : "",
    el("td", {class: "wide " + (cell.problem ? "bad" : "dim")}, whyOf(cell))])),
  many ? el("p", {class: "empty"}, `${count(MOST_ROWS)} of ${count(run.cells.length)} cells: first those that failed or run`) : "");
  $("run-cells").scrollTop = top;
}

// What one cell found, as results of a search.
async function showCell(cell) {
  try {
    const answer = await askJson("/runtime/runs/" + encodeURIComponent(run.id));
    let first = 0;
    for (const other of answer.summary.cells) {
      if (other.id === cell.id) break;
      first += other.findings;
    }
    const now = answer.summary.cells.find(other => other.id === cell.id), last = first + now.findings, prefix = cell.id + ": ";
    const sections = answer.sections.filter(s => s.title.startsWith(prefix) && s.findings[0] >= first && s.findings[0] < last)
      .map(s => ({title: s.title.slice(prefix.length), findings: s.findings.map(i => i - first)}));
    if (run.workspace) $("workspace").value = run.workspace;
    showView("search");
    showAnswer(cell.op, {summary: now.summary || {}, findings: answer.findings.slice(first, last), sections}, run.workspace || undefined);
    $("facts").prepend(el("span", {}, "cell ", el("b", {}, cell.id), " of run ", el("code", {}, run.id)));
    $("results").focus();
  } catch (error) {
    $("run-cells").prepend(showProblem(error));
  }
}

// ---- its graph

// The column of a cell is the longest way to it; its row is near those of its inputs.
function layersOf(cells) {
  const level = new Map(), at = new Map(), layers = [];
  const levelOf = cell => {
    if (!level.has(cell.id)) level.set(cell.id, Math.max(-1, ...cell.inputs.map(id => levelOf(run.byId.get(id)))) + 1);
    return level.get(cell.id);
  };
  for (const cell of cells) (layers[levelOf(cell)] = layers[levelOf(cell)] || []).push(cell);
  for (const layer of layers) {
    const want = cell => cell.inputs.length ? cell.inputs.reduce((sum, id) => sum + at.get(id), 0) / cell.inputs.length : 0;
    if (layer !== layers[0]) layer.sort((a, b) => want(a) - want(b));
    layer.forEach((cell, i) => at.set(cell.id, i - (layer.length - 1) / 2));
  }
  return layers;
}

function drawGraph() {
  const WIDE = 172, HIGH = 42, GAP_X = 52, GAP_Y = 14;
  const cells = run.cells, clicked = cell => () => cell.state === "success" && showCell(cell);
  if (cells.length > MOST_NODES) { // a square each, in the order of the plan
    const size = 12, across = Math.max(1, Math.floor(($("graph").clientWidth - 32) / size));
    return $("graph").replaceChildren(draw("svg", {role: "img", width: across * size, height: Math.ceil(cells.length / across) * size},
      cells.map((cell, i) => cell.node = draw("g", {class: "tiles " + cell.state, onclick: clicked(cell)}, draw("title", {}),
        draw("rect", {class: "tile", x: i % across * size, y: Math.floor(i / across) * size, width: size - 2, height: size - 2, rx: 1.5})))));
  }
  const layers = layersOf(cells), tallest = Math.max(1, ...layers.map(layer => layer.length)), place = new Map(), edges = [];
  layers.forEach((layer, x) => layer.forEach((cell, y) => place.set(cell.id,
    {x: 2 + x * (WIDE + GAP_X), y: 2 + (y + (tallest - layer.length) / 2) * (HIGH + GAP_Y)})));
  for (const cell of cells) for (const id of cell.inputs) {
    const a = place.get(id), b = place.get(cell.id), x = a.x + WIDE, mid = (x + b.x) / 2, ya = a.y + HIGH / 2, yb = b.y + HIGH / 2;
    edges.push(draw("path", {class: "edge", d: `M${x} ${ya}C${mid} ${ya} ${mid} ${yb} ${b.x} ${yb}`}));
  }
  const short = text => text.length > 21 ? text.slice(0, 20) + "…" : text;
  $("graph").replaceChildren(draw("svg", {role: "img", width: layers.length * (WIDE + GAP_X) - GAP_X + 4, height: tallest * (HIGH + GAP_Y) - GAP_Y + 4}, edges,
    cells.map(cell => cell.node = draw("g", {class: "node " + cell.state, onclick: clicked(cell), transform: `translate(${place.get(cell.id).x} ${place.get(cell.id).y})`},
      draw("title", {}), draw("rect", {width: WIDE, height: HIGH, rx: 4}), draw("text", {x: 10, y: 17}, short(cell.id)), draw("text", {class: "small", x: 10, y: 33})))));
}

// ---- the list, and starting

async function listRuns() {
  const {runs} = await askJson("/runtime/runs", {quiet: true});
  $("run-count").textContent = runs.length ? count(runs.length) : "";
  const old = new Map([...$("run-list").querySelectorAll("[role=option]")].map(node => [node.dataset.run, node]));
  const nodes = runs.map(one => {
    const node = old.get(one.run_id) || el("div", {role: "option", id: "run-" + one.run_id, class: "entry", "data-run": one.run_id, "data-workspace": one.workspace,
      "aria-selected": String(one.run_id === run.id)});
    if (node.dataset.state !== one.state) node.replaceChildren(stateMark(one.state), el("span", {}, el("code", {}, one.run_id), el("span", {class: "dim"}, "  " + one.workspace)), el("span", {class: "dim"}, clock(one.started)));
    node.dataset.state = one.state;
    return node;
  });
  if (!nodes.length) nodes.push(el("p", {class: "empty"}, "None yet. Runs that ended are kept for 15 minutes."));
  if (nodes.length !== $("run-list").childElementCount || nodes.some((node, i) => node !== $("run-list").children[i])) $("run-list").replaceChildren(...nodes);
}

const pickRun = listKeys($("run-list"), (option, byHand) => {
  if (byHand && innerWidth <= 760) $("run-head").scrollIntoView();
  run.workspace = option.dataset.workspace;
  if (option.dataset.run !== run.id) openRun(option.dataset.run);
}, () => $("run-cells").focus());

$("start").addEventListener("submit", async event => {
  event.preventDefault();
  $("refused").replaceChildren();
  try {
    const query = inWorkspace({cache: $("cache").value, fail_fast: $("fail-fast").checked});
    const started = await askJson("/runtime/runs?" + query, {method: "POST", headers: {"Content-Type": "application/json"}, body: $("plan").value});
    await listRuns();
    pickRun($("run-" + started.summary.run_id), true);
  } catch (error) {
    $("refused").replaceChildren(showProblem(error));
  }
});
$("plan").addEventListener("keydown", event => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) $("start").requestSubmit();
});
$("cancel").addEventListener("click", () => ask("/runtime/runs/" + encodeURIComponent(run.id), {method: "DELETE"})
  .catch(error => $("refused").replaceChildren(showProblem(error))));
$("plan").value = JSON.stringify(SAMPLE, null, 1).replace(/\{\n\s+("id".*),\n\s+("op".*?),\n\s+("params": \{)\n\s+(.*)\n\s+\}\n\s+\}/g, "{$1, $2, $3$4}}")
  .replace(/\{\n\s+("id".*),\n\s+("op".*),\n\s+"inputs": \[\s+(.*)\s+(.*)\s+\]\n\s+\}/, '{$1, $2, "inputs": [$3 $4]}');
