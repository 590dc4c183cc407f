// tests/page.js DRIVER CHROMIUM PICTURES OPEN CLOSED - the page of cq serve as somebody uses it, with the
// keyboard and the mouse, in light and dark, wide and narrow. OPEN and CLOSED are addresses of servers;
// CLOSED wants the token in CQ_TOKEN. tests/page.py starts them.
"use strict";
const [driver, executablePath, pictures, OPEN, CLOSED] = process.argv.slice(2);
const {chromium} = require(driver);
const assert = require("assert");
const fs = require("fs");
const PLAN = {version: 1, cells: [{id: "uses", op: "search", params: {pattern: "alpha_0"}},
  {id: "bad", op: "search", params: {pattern: "a(", regex: true}},
  {id: "shape", op: "outline", inputs: ["uses"]}, {id: "after", op: "outline", inputs: ["bad"]}]};
const SLOW = {version: 1, max_concurrency: 1,
  cells: Array.from({length: 3000}, (_, i) => ({id: `c${i}`, op: "search", params: {pattern: `[a-w]{3,${i + 4}}[xyz][a-w]{9}`, regex: true}}))};

// A page that notes what must not happen: errors, requests to elsewhere, and things that move.
async function open(browser, address, options) {
  const page = await browser.newPage({viewport: {width: 1440, height: 900}, ...options});
  page.setDefaultTimeout(Number(process.env.CQ_PATIENCE_MS) || 60000);
  page.troubles = [];
  page.expected = []; // what the console may say: the browser notes each answer that is no 2xx
  page.on("console", said => {
    if (!["error", "warning"].includes(said.type())) return;
    const at = page.expected.findIndex(pattern => pattern.test(said.text()));
    if (at < 0) page.troubles.push(said.text());
    else page.expected.splice(at, 1);
  });
  page.on("pageerror", error => page.troubles.push(error.stack));
  page.on("request", request => {
    const {origin, protocol} = new URL(request.url());
    if (origin !== address && protocol !== "data:") page.troubles.push("a request to " + request.url());
  });
  await page.addInitScript(() => {
    window.shifts = [];
    new PerformanceObserver(list => list.getEntries().forEach(entry => window.shifts.push(
      [entry.value, ...entry.sources.map(source => source.node && (source.node.id || source.node.className || source.node.nodeName))].join(" "))))
      .observe({type: "layout-shift", buffered: true});
  });
  return page;
}

async function finish(page) {
  await page.waitForTimeout(100);
  assert.deepStrictEqual(page.troubles, []);
  assert.deepStrictEqual(page.expected, [], "was expected and did not happen");
  assert.deepStrictEqual(await page.evaluate(() => window.shifts), [], "layout shifts");
  await page.close();
}

const focused = page => page.evaluate(() => document.activeElement.id || document.activeElement.className);
const hits = page => page.locator("#results .hit");
const picture = (page, name) => page.screenshot({path: `${pictures}/${name}.png`});

async function search(page) {
  const reply = await page.goto(OPEN);
  const policy = reply.headers()["content-security-policy"];
  assert.match(policy, /default-src 'none'.*script-src( 'sha256-[A-Za-z0-9+/]{43}=')+;/);
  assert.doesNotMatch(policy, /unsafe|https?:/);
  await page.waitForSelector("#health b:text-is('ready')");
  assert.deepStrictEqual(await page.locator("#workspace option").allTextContents(), ["w", "v"]);

  await page.keyboard.press("/");
  assert.strictEqual(await focused(page), "text");
  await page.click("label:has(input[value=search])");
  await page.fill("#text", "alpha_0");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".hit");
  const marks = await page.locator(".hit mark").allTextContents();
  assert.ok(marks.length > 3 && marks.every(mark => mark === "alpha_0"), marks.join());
  assert.match(await page.textContent("#facts"), /finding.*definition 1/);

  // Down into the results, on to the second, into the source, and back.
  await page.focus("#text");
  await page.keyboard.press("ArrowDown");
  assert.strictEqual(await focused(page), "results");
  await page.keyboard.press("ArrowDown");
  const chosen = await page.getAttribute("#results", "aria-activedescendant");
  assert.strictEqual(await page.getAttribute("#" + chosen, "aria-selected"), "true");
  const line = await page.textContent(`#${chosen} .no`);
  await page.waitForSelector(`#lines .here span:text-is("${line}")`);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.id === "lines");
  await page.keyboard.press("Escape");
  assert.strictEqual(await focused(page), "results");
  await page.keyboard.press("Escape");
  assert.strictEqual(await focused(page), "text");
  assert.strictEqual(await page.inputValue("#text"), "alpha_0");

  const spoken = await page.locator("#results").ariaSnapshot();
  assert.match(spoken, /listbox "Results"[^]*group "definition: src\/m0.py"[^]*option ".*def alpha_0/);

  await page.click("label:has(input[value=find])");
  await page.waitForSelector("#facts :text('ranked by')");
  await page.click("label:has(input[value=symbols])");
  await page.waitForSelector("#facts :text('function 1')");
  await page.click("label:has(input[value=calls])");
  await page.waitForSelector("#facts .exact, #facts .likely");
  assert.ok(await page.locator(".hit .exact, .hit .likely").count(), "certainty is shown");
  await picture(page, "search");
}

// A long file: the line is in view, and what is above can be had.
async function longFile(page) {
  await page.click("label:has(input[value=search])");
  await page.fill("#text", "far_down");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#source-title :text('long.py:1001')");
  const seen = line => page.evaluate(selector => {
    const at = document.querySelector(selector).getBoundingClientRect(), box = document.getElementById("lines").getBoundingClientRect();
    return at.top >= box.top && at.bottom <= box.bottom;
  }, line);
  assert.ok(await seen("#lines .here"));
  const first = await page.getAttribute("#lines [data-line]", "data-line");
  await page.click("#lines button:has-text('above')");
  await page.waitForSelector(`#lines [data-line="${first - 1}"]`);
  assert.ok(await seen(`#lines [data-line="${first}"]`), "what is looked at stays where it is");
  const numbers = await page.locator("#lines [data-line] span:first-child").allTextContents();
  assert.ok(numbers.every((n, i) => !i || Number(n) === Number(numbers[i - 1]) + 1), "lines in order, once each");
}

// More than is put on the page at once: the last option brings what follows, and nothing is lost.
async function manyResults(page) {
  await page.fill("#text", "line_\\d+");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#more:has-text('600 more')");
  await page.focus("#results");
  await page.keyboard.press("End");
  await page.waitForSelector("#more:has-text('200 more')");
  assert.strictEqual(await page.getAttribute("#results", "aria-activedescendant"), "hit-400");
  await page.click("#more");
  await page.waitForSelector("#more", {state: "detached"});
  assert.strictEqual(await hits(page).count(), 1000);
}

// The address behind # leads back to the same place.
async function kept(page) {
  await page.waitForFunction(() => location.hash.endsWith(encodeURIComponent(":" + document.querySelector("#results [aria-selected=true] .no").textContent)));
  const line = await page.textContent("#lines .here span");
  await page.reload();
  await page.waitForSelector(`#lines .here span:text-is("${line}")`);
  assert.strictEqual(await page.textContent("#results [aria-selected=true] .no"), line);
}

async function workspacesAndProblems(page) {
  await page.click("label:has(input[value=search])");
  await page.fill("#text", "only_in_v");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#results :text('Nothing found')");
  await page.selectOption("#workspace", "v");
  await page.waitForSelector(".hit:has-text('only_in_v')");
  await page.waitForSelector("#lines .here");
  page.expected.push(/400/);
  await page.fill("#text", "a(b");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#results .problem:has-text('missing closing parenthesis')");
  await page.goBack();
  await page.waitForSelector(".hit:has-text('only_in_v')");
  assert.strictEqual(await page.inputValue("#text"), "only_in_v");
  await page.selectOption("#workspace", "w");
}

async function start(page, plan) {
  await page.fill("#plan", typeof plan === "string" ? plan : JSON.stringify(plan));
  await page.focus("#plan");
  await page.keyboard.press("Control+Enter");
}

async function runs(page) {
  await page.click("#tab-runs");
  page.expected.push(/400/);
  await start(page, '{"version": 1, "cels": []}');
  await page.waitForSelector("#refused .problem:has-text('did you mean cells')");
  const sample = await page.evaluate(() => JSON.stringify(SAMPLE));
  await start(page, sample);
  await page.waitForSelector("#run-state .success");

  await start(page, PLAN);
  await page.waitForSelector("#run-state .failed");
  assert.strictEqual(await page.textContent("#refused"), "");
  assert.strictEqual(await page.locator("#graph .node").count(), 4);
  assert.strictEqual(await page.locator("#graph .edge").count(), 2);
  for (const state of ["success", "failed", "skipped"]) assert.ok(await page.locator("#graph .node." + state).count(), state);
  assert.match(await page.textContent("#run-cells"), /missing closing parenthesis[^]*cell "bad" failed/);
  assert.ok(await page.isDisabled("#cancel"));
  await picture(page, "run");

  // A run that takes a while, watched and then cancelled. Its stream breaks once, and is asked for again
  // behind the last event that came.
  const asked = [];
  await page.route("**/events?*", route => {
    asked.push(new URL(route.request().url()).searchParams.get("after"));
    if (asked.length > 1) return route.continue();
    return route.fulfill({status: 200, contentType: "application/x-ndjson",
      body: '{"seq": 1, "kind": "run", "state": "running"}\n{"seq": 2, "kind": "cell", "cell_id": "c0", "state": "ready"}\n{"seq'});
  });
  await page.selectOption("#workspace", "v");
  await start(page, SLOW);
  await page.waitForSelector("#run-state .limit:has-text('asking again')");
  const done = () => page.locator("#graph .tiles.success").count();
  await page.waitForFunction(() => document.querySelectorAll("#graph .tiles.success").length > 2);
  const first = await done();
  await page.waitForFunction(n => document.querySelectorAll("#graph .tiles.success").length > n, first);
  assert.match(await page.textContent("#run-state"), /running/);
  assert.deepStrictEqual(asked, ["0", "2"]);
  await page.unroute("**/events?*");
  await picture(page, "running");
  await page.click("#cancel");
  await page.waitForSelector("#run-state .canceled");
  assert.ok(await page.locator("#graph .tiles.canceled").count());
  assert.ok(await page.isDisabled("#cancel"));
  assert.strictEqual(await page.locator("#run-list [role=option]").count(), 3);
  await page.waitForSelector("#run-list .canceled");

  await page.selectOption("#workspace", "w");
  // Back to the one before with the keyboard, and to what one of its cells found.
  await page.focus("#run-list");
  await page.keyboard.press("ArrowDown");
  await page.waitForSelector("#graph .node.success");
  await page.click("#run-cells button:has-text('shape')");
  await page.waitForSelector(".hit");
  await page.waitForSelector("#lines .here");
  assert.match(await page.textContent("#facts"), /cell shape of run/);
}

async function runtime(page) {
  await page.click("#tab-runtime");
  await page.waitForSelector("#cells td:has-text('embedder')");
  await page.waitForSelector("#cells .success:text-is('ready')");
  await page.waitForSelector("#pools td:text-is('cpu')");
  await page.waitForSelector("#caches td:text-is('memory')");
  await page.waitForSelector("#requests td:text-is('search')");
  const bars = await page.locator("#requests tr:has(td:text-is('search')) .hist rect:not(.none)").count();
  assert.ok(bars, "times of requests");
  await page.waitForTimeout(1700); // it was drawn anew
  await picture(page, "runtime");
}

// Every stop of the tab key can be seen, and has a name.
async function keyboardWalk(page) {
  for (const view of ["search", "runs", "runtime"]) {
    await page.click("#tab-" + view);
    const stops = new Set();
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press("Tab");
      const stop = await page.evaluate(() => {
        const at = document.activeElement, seen = at.matches("[name=op]") ? at.nextElementSibling : at;
        if (at === document.body) return null;
        const label = at.getAttribute("aria-label") || at.textContent || (at.labels && at.labels.length && at.labels[0].textContent) || at.title;
        return [at.id || at.name || label, getComputedStyle(seen).outlineStyle, label];
      });
      if (!stop) continue;
      assert.notStrictEqual(stop[1], "none", `no visible focus on ${stop[0]}`);
      assert.ok(stop[2], `no name for ${stop[0]}`);
      stops.add(stop[0]);
    }
    assert.ok(stops.has("workspace") || stops.has("tab-" + view), [...stops].join());
  }
  await page.focus("#tab-runtime");
  await page.keyboard.press("ArrowRight");
  assert.strictEqual(await focused(page), "tab-search");
}

// Text that is hard to read: WCAG's contrast of less than 4.5 with what is behind it.
function faint() {
  const rgba = text => {
    const [r, g, b, a = 1] = text.match(/[\d.]+(e-?\d+)?/g).map(Number);
    return text.startsWith("color(") ? [r, g, b, a] : [r / 255, g / 255, b / 255, a];
  };
  const behind = node => {
    for (let over = node; over; over = over.parentElement) {
      const color = rgba(getComputedStyle(over).backgroundColor);
      if (color[3] > 0.99) return color;
      if (color[3] > 0) return behind(over.parentElement).map((base, i) => color[3] * color[i] + (1 - color[3]) * base);
    }
    return [1, 1, 1, 1];
  };
  const light = color => [0.2126, 0.7152, 0.0722].reduce((sum, share, i) =>
    sum + share * (color[i] <= 0.04045 ? color[i] / 12.92 : ((color[i] + 0.055) / 1.055) ** 2.4), 0);
  const texts = [...document.querySelectorAll("body *:not(svg *):not(:disabled)")].filter(node => node.checkVisibility({visibilityProperty: true}) &&
    [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim()));
  return texts.map(node => {
    const [a, b] = [light(rgba(getComputedStyle(node).color)), light(behind(node))].sort((x, y) => y - x);
    return {ratio: (a + 0.05) / (b + 0.05), what: `${node.className || node.nodeName} "${node.textContent.slice(0, 20)}"`};
  }).filter(({ratio}) => ratio < 4.5).map(({ratio, what}) => `${what} ${ratio.toFixed(2)}`);
}

async function looks(browser) {
  for (const colorScheme of ["light", "dark"]) for (const width of [1440, 390]) {
    const page = await open(browser, OPEN, {colorScheme, viewport: {width, height: 800}});
    const show = async (where, selector) => {
      await page.goto("about:blank");
      await page.goto(OPEN + "/#" + where);
      await page.waitForSelector(selector);
      await page.waitForTimeout(200);
      const wide = await page.evaluate(() => [...document.querySelectorAll("html, header, section, form, #run, #run-head, #starting")]
        .filter(box => box.scrollWidth > box.clientWidth).map(box => box.id || box.nodeName));
      assert.deepStrictEqual(await page.evaluate(faint), [], `${where} in ${colorScheme}: hard to read`);
      assert.deepStrictEqual(wide, [], `${where}: wider than there is room at ${width}`);
      await picture(page, `${where.replace(/\W+/g, "-")}-${colorScheme}-${width}`);
    };
    page.troubles.length = 0;
    await show("view=runtime", "#requests td");
    await show("view=runs", "#run-list .entry");
    await page.click("#run-list .entry:has(.failed)");
    await page.waitForSelector("#graph .node");
    await picture(page, `run-${colorScheme}-${width}`);
    await show("op=calls&q=alpha_0", ".hit");
    if (width < 760) {
      await hits(page).first().click();
      await page.waitForSelector("#search.opened #lines .here");
      await page.click("#source-title button");
      assert.strictEqual(await focused(page), "results");
    }
    page.troubles = page.troubles.filter(said => !said.includes("about:blank"));
    await finish(page);
  }
}

async function token(browser) {
  const page = await open(browser, CLOSED);
  await page.goto(CLOSED);
  await page.waitForSelector("#health b");
  page.expected.push(/401/, /401/);
  await page.fill("#text", "alpha_0");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#ask-token[open]");
  await page.fill("#token", "not the token, but as long");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#token-note:has-text('not that of this server')");
  await page.fill("#token", process.env.CQ_TOKEN);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".hit");
  assert.ok(!await page.isVisible("#ask-token"));
  await page.reload();
  await page.waitForSelector(".hit");
  await page.click("#tab-runs");
  await start(page, PLAN);
  await page.waitForSelector("#run-state .failed");
  assert.ok(!page.url().includes("token"));
  await finish(page);
}

(async () => {
  fs.rmSync(pictures, {recursive: true, force: true});
  fs.mkdirSync(pictures, {recursive: true});
  // The page is ours, and containers forbid what the sandbox needs.
  const browser = await chromium.launch({executablePath, args: ["--no-sandbox"]});
  const page = await open(browser, OPEN);
  try {
    for (const part of [search, longFile, manyResults, kept, workspacesAndProblems, runs, runtime, keyboardWalk]) {
      process.stdout.write(part.name + "\n");
      await part(page);
    }
    await finish(page);
    await looks(browser);
    await token(browser);
  } catch (error) {
    if (!page.isClosed()) {
      console.log(await page.textContent("#facts"), page.troubles, await page.evaluate(() => window.shifts));
      await picture(page, "failed");
    }
    throw error;
  } finally {
    await browser.close();
  }
})().catch(error => {
  console.error(error);
  process.exit(1);
});
