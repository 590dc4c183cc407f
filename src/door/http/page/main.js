// The frame: views, what the address keeps, keys, and what is asked again and again.
"use strict";
const VIEWS = ["search", "runs", "runtime"];
const START = {view: "search", ws: "", op: "find", q: "", at: "", run: ""};
let here = START, keeping = 0;

// The address behind # is where one is, so that it can be kept, sent and gone back to.
function remember(change, isStep) {
  const before = new URLSearchParams(here).toString();
  here = {...here, ...change};
  if (new URLSearchParams(here).toString() === before) return;
  clearTimeout(keeping);
  if (isStep) history.pushState(null, "", hashOf(here));
  else keeping = setTimeout(() => history.replaceState(null, "", hashOf(here)), 250); // browsers limit how often
}
const hashOf = place => "#" + new URLSearchParams(Object.entries(place).filter(([, value]) => value));

function showView(view) {
  for (const name of VIEWS) {
    $(name).hidden = name !== view;
    $("tab-" + name).setAttribute("aria-selected", name === view);
    $("tab-" + name).tabIndex = name === view ? 0 : -1;
  }
  remember({view});
  refresh();
}

function restore() {
  const kept = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  here = {...START, ...kept};
  if ([...$("workspace").options].some(option => option.value === here.ws)) $("workspace").value = here.ws;
  const radio = document.querySelector(`#query input[value="${CSS.escape(here.op)}"]`);
  if (radio) radio.checked = true;
  hint();
  $("text").value = here.q;
  showView(VIEWS.includes(here.view) ? here.view : "search");
  if (here.run && here.run !== run.id) openRun(here.run);
  const [, path, line] = /^(.+):(\d+)$/.exec(here.at) || [];
  if (here.q) look();
  else if (path) showSource({path, line: Number(line), end_line: Number(line)});
}

async function showHealth() {
  let said;
  try {
    const response = await fetch("/readyz", {cache: "no-store", credentials: "omit"});
    said = await response.json();
  } catch {
    return $("health").replaceChildren(el("b", {class: "bad"}, "no answer"));
  }
  const names = Object.keys(said.workspaces), pick = $("workspace");
  if (names.join("\n") !== [...pick.options].map(option => option.value).join("\n")) {
    const old = pick.value || here.ws;
    pick.replaceChildren(...names.map(name => el("option", {value: name}, name)));
    if (names.includes(old)) pick.value = old;
  }
  $("health").replaceChildren(el("b", {class: said.ready ? "" : "bad"}, said.draining ? "draining" : said.ready ? "ready" : "not ready"));
  if (here.view === "runtime") showCells(said.workspaces[pick.value] || []);
}

// What is asked again waits for its last answer.
const alone = work => {
  let under = null;
  return () => under = under || work().finally(() => under = null);
};
const renewHealth = alone(showHealth), renewRuntime = alone(showRuntime);
const renewRuns = alone(() => listRuns().catch(error => $("run-list").replaceChildren(showProblem(error))));
let turns = 0;
function refresh() {
  if (here.view === "runtime") {
    renewHealth();
    renewRuntime();
  } else if (here.view === "runs") {
    renewRuns();
    if (run.state === "running") drawSoon();
  }
}
setInterval(() => {
  if (document.hidden) return;
  refresh();
  if (here.view !== "runtime" && ++turns % 3 === 0) renewHealth();
}, 1500);

for (const view of VIEWS) $("tab-" + view).addEventListener("click", () => {
  remember({view}, true);
  showView(view);
});
document.querySelector("[role=tablist]").addEventListener("keydown", event => {
  const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
  if (!step) return;
  const next = VIEWS[(VIEWS.indexOf(here.view) + step + VIEWS.length) % VIEWS.length];
  showView(next);
  $("tab-" + next).focus();
});
$("workspace").addEventListener("change", () => {
  remember({ws: $("workspace").value, at: ""}, true);
  if (here.view === "search") look();
  refresh();
});
addEventListener("popstate", restore);
addEventListener("keydown", event => {
  const typing = event.target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select");
  if ($("ask-token").open) return;
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    showView("search");
    $("text").focus();
    $("text").select();
  } else if (event.key === "Escape" && here.view === "search") {
    event.preventDefault(); // a search field would be emptied
    if ($("source").contains(event.target)) closeSource();
    else if (event.target !== $("text")) $("text").focus();
  }
});

clearSource();
showHealth().then(restore);
