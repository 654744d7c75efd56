// The page: what the hash names is shown. Everything from the report goes in as text, never as markup.
"use strict";
(() => {
  const run = JSON.parse(document.getElementById("data-run").textContent);
  // The mutants and the sources are most of the page: they are read when first needed.
  let read;
  const report = () => (read ??= JSON.parse(document.getElementById("data-report").textContent));

  const make = (tag, props, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props ?? {})) {
      if (value === undefined || value === null || value === false) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return node;
  };
  const badge = (kind, text) => make("span", { class: `badge ${kind}` }, text);
  const anchor = (path, line) => `#file/${path.split("/").map(encodeURIComponent).join("/")}${line ? `:${line}` : ""}`;
  const percent = (ratio) => (ratio && ratio.of ? (100 * ratio.hit) / ratio.of : null);
  // Rounded down: nothing that is missed is shown as 100 %.
  const shownPercent = (value) => (value === null ? "–" : `${Math.floor(value * 10) / 10} %`);
  const code = (text) => text.split("`").map((part, at) => (at % 2 ? make("code", {}, part) : part));

  const STATES = {
    pass: ["good", "ok"], fail: ["bad", "FAIL"], inconclusive: ["unknown", "not measured"],
    "not-applicable": ["", "n/a"], "not-run": ["", "not run"], "no-limit": ["", "no limit"],
  };
  const OUTCOMES = { pass: ["good", "PASS"], fail: ["bad", "FAIL"], inconclusive: ["unknown", "INCONCLUSIVE"] };

  // Overview

  // How many are added at once to a long list.
  const STEP = 200;

  const growing = (items, parent, one) => {
    let shown = 0;
    const more = make("button", { type: "button", onclick: () => grow() });
    const grow = () => {
      more.remove();
      parent.append(...items.slice(shown, shown + STEP).map(one));
      shown = Math.min(shown + STEP, items.length);
      if (shown < items.length) {
        more.textContent = `show more (${items.length - shown} left)`;
        parent.after(more);
      }
    };
    parent.replaceChildren();
    parent.parentElement?.querySelectorAll(":scope > button").forEach((old) => old.remove());
    grow();
  };

  const gates = () => {
    const rows = run.shown.gates.map(([gate, measured, limit, origin, state, remark]) => make("tr", {},
      make("td", {}, gate), make("td", { class: "number" }, measured), make("td", { class: "number" }, limit),
      make("td", { class: "faint" }, origin), make("td", {}, badge(...STATES[state])), make("td", { class: "faint" }, remark)));
    const head = ["gate", "measured", "limit", "set in", "", ""].map((text, at) => make("th", { class: at === 1 || at === 2 ? "number" : null }, text));
    return make("div", { class: "scroll" }, make("table", { id: "gates" }, make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows)));
  };

  const finding = (found) => make("div", { class: found.failure ? "finding fails" : "finding" },
    make("p", {}, badge(found.failure ? "bad" : "unknown", found.code), " ", make("strong", {}, code(found.title))),
    found.path ? make("p", {}, make("a", { href: anchor(found.path, found.line), class: "mono" }, `${found.path}:${found.line}`)) : null,
    found.label ? make("p", {}, code(found.label)) : null,
    found.help ? make("p", {}, "→ ", code(found.help)) : null,
    found.mutant ? make("p", { class: "faint" }, "mutant ", make("code", {}, found.mutant)) : null);

  const overview = (section) => {
    const search = make("input", { type: "search", placeholder: "Search findings", "aria-label": "Search findings" });
    const gatesOf = [...new Set(run.shown.items.map((item) => item.gate ?? "inconclusive"))];
    const only = make("select", { "aria-label": "Gate" }, make("option", { value: "" }, "all gates"), gatesOf.map((gate) => make("option", {}, gate)));
    const count = make("span", { class: "faint" });
    const list = make("div", { id: "findings" });
    const update = () => {
      const wanted = search.value.toLowerCase();
      const found = run.shown.items.filter((item) => (!only.value || (item.gate ?? "inconclusive") === only.value)
        && [item.code, item.title, item.label, item.path, item.help].some((text) => text?.toLowerCase().includes(wanted)));
      count.textContent = `${found.length} of ${run.shown.items.length} findings`;
      growing(found, list, finding);
    };
    search.addEventListener("input", update);
    only.addEventListener("change", update);
    const warnings = run.warnings.map((text) => make("div", { class: "message" }, text));
    section.append(make("h2", {}, "Gates"), gates(), ...warnings, make("h2", {}, "Findings"),
      run.shown.items.length ? make("div", { class: "tools" }, search, only, count) : make("p", { class: "faint" }, "Nothing to act on."),
      make("div", {}, list));
    update();
  };

  // Tables that sort and search

  // `columns`: { name, number, value(row) for sorting, cell(row) for showing }.
  const table = (section, rows, columns, first, placeholder, text) => {
    let by = first;
    let down = true;
    const search = make("input", { type: "search", placeholder, "aria-label": placeholder });
    const count = make("span", { class: "faint" });
    const body = make("tbody", {});
    const heads = columns.map((column, at) => make("th", { class: column.number ? "number" : null, scope: "col" },
      make("button", { type: "button", onclick: () => { down = by === at ? !down : Boolean(column.number); by = at; update(); } }, column.name)));
    const frame = make("div", { class: "scroll" }, make("table", {}, make("thead", {}, make("tr", {}, heads)), body));
    const holder = make("div", {}, frame);
    const order = (one, other) => {
      const [a, b] = [columns[by].value(one), columns[by].value(other)];
      // What has no value comes last, whichever way.
      if (a === null || b === null) return (a === null) - (b === null);
      return (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1);
    };
    const update = () => {
      const wanted = search.value.toLowerCase();
      const found = rows.filter((row) => text(row).toLowerCase().includes(wanted)).sort(order);
      heads.forEach((head, at) => { head.removeAttribute("aria-sort"); if (at === by) head.setAttribute("aria-sort", down ? "descending" : "ascending"); });
      count.textContent = `${found.length} of ${rows.length}`;
      holder.querySelectorAll(":scope > button").forEach((old) => old.remove());
      let shown = 0;
      body.replaceChildren();
      const more = make("button", { type: "button", onclick: () => grow() });
      const grow = () => {
        body.append(...found.slice(shown, shown + STEP).map((row) => make("tr", {},
          columns.map((column) => make("td", { class: column.number ? "number" : column.wide ? "name" : null }, column.cell(row))))));
        shown += STEP;
        more.remove();
        if (shown < found.length) { more.textContent = `show more (${found.length - shown} left)`; holder.append(more); }
      };
      grow();
    };
    search.addEventListener("input", update);
    section.append(make("div", { class: "tools" }, search, count), holder);
    update();
  };

  const ratio = (of) => {
    const value = percent(of);
    if (value === null) return make("span", { class: "faint" }, "–");
    const fill = make("i", {});
    fill.style.width = `${value}%`;
    return make("span", { title: `${of.hit} of ${of.of}` }, make("span", { class: "bar" }, fill), shownPercent(value));
  };

  // Whatever is counted per function is a column: all fields that are numbers.
  const numbers = (rows) => {
    const names = rows.length ? Object.keys(rows[0]) : [];
    return names.filter((name) => !["line", "end_line", "crap", "survived"].includes(name) && rows.some((row) => typeof row[name] === "number"));
  };

  const functions = (section) => {
    const rows = run.functions;
    const number = (name, title) => ({ name: title ?? name.replaceAll("_", " "), number: true, value: (row) => row[name] ?? null, cell: (row) => row[name] ?? make("span", { class: "faint" }, "–") });
    const columns = [
      { name: "function", wide: true, value: (row) => row.name, cell: (row) => [make("a", { href: anchor(row.path, row.line), class: "mono" }, row.name), row.inactive ? make("span", { class: "faint" }, " not compiled") : null] },
      number("crap", "CRAP"),
      ...numbers(rows).map((name) => number(name)),
      { name: "coverage", number: true, value: (row) => percent(row.coverage), cell: (row) => ratio(row.coverage) },
      number("survived", "mutants not noticed"),
      { name: "file", value: (row) => `${row.path}:${String(row.line).padStart(6, "0")}`, cell: (row) => make("span", { class: "mono faint" }, `${row.path}:${row.line}`) },
    ];
    table(section, rows, columns, 1, "Search functions", (row) => `${row.name} ${row.path}`);
  };

  const files = (section) => {
    const of = (name, kind) => ({ name, number: true, value: (row) => percent(row.coverage?.[kind]), cell: (row) => ratio(row.coverage?.[kind]) });
    const columns = [
      { name: "file", wide: true, value: (row) => row.path, cell: (row) => make("a", { href: anchor(row.path), class: "mono" }, row.path) },
      of("lines", "lines"), of("branches", "branches"), of("functions", "functions"),
      { name: "mutation sites", number: true, value: (row) => row.sites, cell: (row) => row.sites },
      { name: "mutants not noticed", number: true, value: (row) => row.survived, cell: (row) => row.survived ?? make("span", { class: "faint" }, "–") },
    ];
    table(section, run.files, columns, 5, "Search files", (row) => row.path);
  };

  // One file

  const BAD = ["Survived", "NoCoverage"];
  const sign = (mutants) => {
    const open = mutants.filter((mutant) => BAD.includes(mutant.status)).length;
    return [open ? "bad" : mutants.some((mutant) => ["Killed", "Timeout"].includes(mutant.status)) ? "good" : "", open || mutants.length];
  };

  const original = (lines, { start, end }) => {
    if (start.line === end.line) return [...lines[start.line - 1]].slice(start.column - 1, end.column - 1).join("");
    const middle = lines.slice(start.line, end.line - 1);
    return [[...lines[start.line - 1]].slice(start.column - 1).join(""), ...middle, [...lines[end.line - 1]].slice(0, end.column - 1).join("")].join("\n");
  };
  const brief = (text) => { const words = text.replace(/\s+/g, " ").trim(); return words.length > 120 ? `${words.slice(0, 120)}…` : words; };

  const mutantsOf = (lines, mutants, names) => make("div", { class: "mutants" }, mutants.map((mutant) => {
    const kind = BAD.includes(mutant.status) ? "bad" : ["Killed", "Timeout"].includes(mutant.status) ? "good" : "";
    const by = (mutant.killedBy ?? mutant.coveredBy ?? []).slice(0, 3).map((id) => names.get(id)).filter(Boolean);
    const more = (mutant.killedBy ? 0 : (mutant.coveredBy ?? []).length) - 3;
    const said = mutant.statusReason ?? (by.length ? `${mutant.killedBy ? "noticed by" : "reached by"} ${by.join(", ")}${more > 0 ? ` and ${more} more` : ""}` : "");
    return make("p", {}, badge(kind, mutant.status), " ", make("code", {}, make("del", {}, brief(original(lines, mutant.location))), " → ", make("ins", {}, brief(mutant.replacement) || "∅")),
      " ", make("span", { class: "faint" }, `${mutant.mutatorName} ${mutant.id} `, said));
  }));

  // The viewer knows files by their paths below the folder that all of them share.
  const viewed = (path) => {
    const folders = Object.keys(report().files).map((name) => name.split("/").slice(0, -1));
    const shared = folders.reduce((one, other) => one.slice(0, one.findIndex((part, at) => part !== other[at]) >>> 0));
    return `#mutant/${path.split("/").slice(shared.length).map(encodeURIComponent).join("/")}`;
  };

  const file = (section, path, target) => {
    const source = report().files[path];
    const measured = run.files.find((file) => file.path === path);
    section.replaceChildren(make("h2", { class: "mono" }, path));
    if (!source || !measured) { section.append(make("p", {}, "There is no such file in this report.")); return; }
    const names = new Map(Object.values(report().testFiles ?? {}).flatMap((tests) => tests.tests.map((test) => [test.id, test.name])));
    const covered = new Set(measured.coverage?.covered_lines);
    const missed = new Set(measured.coverage?.uncovered_lines);
    const untaken = new Set(measured.coverage?.untaken_branches.map((branch) => branch.line));
    const lines = source.source.split("\n").map((line) => line.replace(/\r$/, ""));
    const at = new Map();
    for (const mutant of source.mutants) {
      const line = mutant.location.start.line;
      at.set(line, [...(at.get(line) ?? []), mutant]);
    }
    section.append(make("p", { class: "legend" },
      measured.coverage ? [make("span", { class: "ran good" }, "ran"), make("span", { class: "part unknown" }, "ran, an outcome was not taken"), make("span", { class: "missed bad" }, "did not run")] : "Coverage was not measured.",
      " ", make("a", { href: viewed(path) }, "mutants of this file")));
    const rows = lines.map((text, index) => {
      const line = index + 1;
      const state = missed.has(line) ? "missed" : covered.has(line) ? (untaken.has(line) ? "part" : "ran") : "";
      const here = at.get(line);
      const row = make("div", { class: state, id: `L${line}` });
      const open = () => {
        if (row.nextElementSibling?.classList.contains("mutants")) row.nextElementSibling.remove();
        else row.after(mutantsOf(lines, here, names));
      };
      const [kind, number] = here ? sign(here) : [];
      row.append(make("a", { class: "at", href: anchor(path, line) }, String(line)),
        make("span", { class: "marks" }, here ? make("button", { type: "button", class: kind, title: "mutants on this line", onclick: open }, String(number)) : null),
        make("span", { class: "code" }, text));
      return row;
    });
    section.append(make("div", { class: "source" }, rows));
    const row = target && section.querySelector(`#L${target}`);
    if (row) { row.classList.add("target"); row.scrollIntoView({ block: "center" }); row.querySelector("button")?.click(); }
  };

  // The viewer of the mutation-testing report, made when first looked at

  let app;
  const mutants = (section) => {
    if (app) return;
    app = document.createElement("mutation-test-report-app");
    app.setAttribute("title-postfix", "cargo gate");
    app.report = report();
    if (document.documentElement.dataset.theme) app.theme = document.documentElement.dataset.theme;
    section.append(app);
    app.addEventListener("theme-changed", (event) => { document.documentElement.dataset.theme = event.detail.theme; });
  };

  // Which part is shown

  const title = document.title;
  const built = new Set();
  const parts = { overview, functions, files };
  const show = () => {
    const hash = location.hash.slice(1);
    const word = hash.split("/")[0];
    const isViewer = word === "mutant" || word === "test";
    const name = isViewer ? "mutants" : word in parts || word === "file" ? word : "overview";
    for (const section of document.querySelectorAll("main > section")) section.hidden = section.id !== `part-${name}`;
    const tab = { mutants: "#mutant", file: "#files" }[name] ?? `#${name}`;
    for (const link of document.querySelectorAll("nav a")) {
      if (link.getAttribute("href") === tab) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    const section = document.getElementById(`part-${name}`);
    if (isViewer) mutants(section);
    else if (name === "file") {
      const [, rest, line] = /^file\/(.*?)(?::(\d+))?$/.exec(hash) ?? [];
      file(section, decodeURIComponent(rest ?? ""), line);
    } else if (!built.has(name)) {
      built.add(name);
      parts[name](section);
    }
    if (!isViewer) document.title = title;
  };

  const [kind, word] = OUTCOMES[run.outcome];
  document.getElementById("verdict").append(badge(kind, word));
  document.getElementById("gates-said").textContent = run.shown.gates_said;
  document.getElementById("policy").textContent = `cargo gate ${run.tool.version} · policy: ${run.policy.file ?? "built-in defaults"}`;
  document.getElementById("theme").addEventListener("click", () => {
    const root = document.documentElement;
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
    if (app) app.theme = root.dataset.theme;
  });
  addEventListener("hashchange", show);
  show();
})();
