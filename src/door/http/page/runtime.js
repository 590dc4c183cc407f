// What the server is made of and how it does: /readyz and /metrics.
"use strict";
function parseMetrics(text) {
  const families = new Map();
  for (const line of text.split("\n")) {
    const [, name, labels, value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) || [];
    if (!name) continue;
    if (!families.has(name)) families.set(name, []);
    families.get(name).push({value: value === "+Inf" ? Infinity : Number(value),
      ...Object.fromEntries([...(labels || "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text]))});
  }
  const all = name => families.get(name) || [];
  const one = (name, labels = {}) => (all(name).find(row => Object.entries(labels).every(([key, text]) => row[key] === text)) || {value: 0}).value;
  return {all, one};
}

const bar = (part, whole) => draw("svg", {class: "bar", width: 84, height: 8, role: "img", "aria-label": whole ? Math.round(100 * part / whole) + " %" : "none"},
  draw("rect", {width: 84, height: 8, rx: 2}), draw("rect", {width: whole ? 84 * Math.min(1, part / whole) : 0, height: 8, rx: 2}));

function showPools({all, one}) {
  $("pools").replaceChildren(table(["pool", "#busy", "#of", "", "#queued", "#tasks", "#full"], all("pool_workers").map(({pool, value}) => [
    pool, count(one("pool_busy", {pool})), count(value), bar(one("pool_busy", {pool}), value), count(one("pool_queue_depth", {pool})),
    count(one("pool_tasks_total", {pool})), count(one("pool_saturation_total", {pool}))])));
}

function showCaches({all, one}) {
  const rows = all("cache_hits_total").map(({level, value}) => {
    const asked = value + one("cache_misses_total", {level});
    return [level, count(value), count(asked), bar(value, asked), asked ? Math.round(100 * value / asked) + " %" : "–"];
  });
  const told = name => all(name).filter(row => row.value).map(row => `${row.reason || row.class} ${count(row.value)}`).join(", ") || "none";
  $("caches").replaceChildren(table(["level", "#hits", "#asked", "", "#rate"], rows),
    table(["entries", "size", "evicted", "errors"], [[count(one("cache_entries")), bytes(one("cache_size_bytes")), told("cache_evictions_total"), told("cache_errors_total")]]));
}

function showProcess({all, one}) {
  const rows = [
    ["memory", bytes(one("process_resident_memory_bytes"))], ["processor time", one("process_cpu_seconds_total").toFixed(1) + " s"],
    ["open files", count(one("process_open_fds"))], ["up since", clock(one("process_start_time_seconds") * 1000)],
    ["connections", `${count(one("cq_http_connections"))} of ${count(one("cq_http_connections_total"))} ever`],
    ["requests in work", count(one("cq_http_in_work"))], ["streams", count(one("cq_http_streams"))],
    ["agents", `${plural(one("cq_http_mcp_sessions"), "session")}, ${plural(one("cq_http_mcp_streams"), "stream")} read`], ["runs under way", count(one("cq_http_runs_running"))],
    ["answers", all("cq_http_responses_total").filter(row => row.value).map(row => `${row.class} ${count(row.value)}`).join(" · ")],
    ["turned away (429)", count(one("cq_http_refused_total"))], ["events dropped", count(one("events_dropped_total"))],
    ["cells in flight", `${count(one("cells_in_flight"))}, ${count(one("plan_queue_depth"))} waiting`], ["settings read", plural(one("cq_http_reload_generation"), "time")],
  ];
  $("process").replaceChildren(table(["what", "now"], rows));
}

// Operations keep the place they were first seen in.
const seen = {requests: new Set(), durations: new Set()};
const duration = s => s >= 1 ? s + " s" : s >= 0.001 ? +(s * 1000).toPrecision(3) + " ms" : +(s * 1e6).toPrecision(3) + " µs";

function showTimes(place, {all, one}, name) {
  for (const {op} of all(name + "_count")) seen[place].add(op);
  const rows = [...seen[place]].map(op => {
    const buckets = all(name + "_bucket").filter(row => row.op === op).map(row => ({le: row.le === "+Inf" ? Infinity : Number(row.le), value: row.value}));
    const total = one(name + "_count", {op}), own = buckets.map((b, i) => b.value - (i ? buckets[i - 1].value : 0)), most = Math.max(1, ...own);
    const within = share => {
      const bucket = buckets.find(b => b.value >= share * total);
      return !total || !bucket ? "–" : bucket.le === Infinity ? "> " + duration(buckets[buckets.length - 2].le) : "≤ " + duration(bucket.le);
    };
    const title = own.map((n, i) => n ? `≤ ${buckets[i].le === Infinity ? "∞" : duration(buckets[i].le)}: ${count(n)}` : "").filter(Boolean).join(", ");
    return [op, count(total), total ? ms(1000 * one(name + "_sum", {op}) / total) : "–", within(.5), within(.99),
      draw("svg", {class: "hist", role: "img", "aria-label": title, width: own.length * 7, height: 26}, draw("title", {}, title),
        own.map((n, i) => draw("rect", {class: n ? "" : "none", x: i * 7, width: 5, y: n ? 24 - Math.max(2, 22 * n / most) : 23, height: n ? Math.max(2, 22 * n / most) + 1 : 1})))];
  });
  $(place).replaceChildren(rows.length ? table(["operation", "#count", "#mean", "#half", "#99 %", "10 µs … 60 s, ∞"], rows) : el("p", {class: "empty"}, "Nothing was asked yet."));
}

async function showRuntime() {
  try {
    const text = await (await ask("/metrics?" + inWorkspace(), {quiet: true})).text(), metrics = parseMetrics(text);
    showPools(metrics);
    showCaches(metrics);
    showProcess(metrics);
    showTimes("requests", metrics, "request_duration_seconds");
    showTimes("durations", metrics, "cell_duration_seconds");
  } catch (error) {
    $("pools").replaceChildren(showProblem(error));
  }
}

const NAMES = {empty: "pending", building: "running", ready: "success", failed: "failed", closing: "canceled", closed: "canceled"};

function showCells(rows) {
  const ready = rows.filter(cell => cell.init_state === "ready").length;
  $("cell-count").textContent = `${ready} of ${rows.length} ready; the others are built when they are needed`;
  const limits = l => Object.entries(l).filter(([, value]) => value).map(([name, value]) =>
    name.endsWith("_ms") ? `${name.slice(0, -3).replace(/_/g, " ")} ${ms(value)}` : `${name.replace(/_/g, " ")} ${value}`).join(", ");
  $("cells").replaceChildren(table(["cell", "state", "#gen", "#leases", "#waiting", "#built in", "limits, last error"], rows.map(cell => [
    el("td", {}, el("code", {}, cell.name), cell.required ? el("span", {class: "dim"}, " required") : ""),
    el("span", {class: "state " + (NAMES[cell.init_state] || "running")}, cell.init_state), cell.generation, cell.leases, cell.waiters, cell.last_init_ms ? ms(cell.last_init_ms) : "–",
    el("td", {class: "wide dim"}, limits(cell.limits), cell.last_error ? el("p", {class: "bad"}, cell.last_error.detail || cell.last_error.title) : "")])));
}
