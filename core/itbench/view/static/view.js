// What all pages do, whatever gives them the rest (served.js, kept.js): theme, keyboard, tables, ticks, and taking over what changed. Words of others are only ever set as text.
"use strict";
(() => {
  const root = document.documentElement;
  const { source } = window.itbench;
  root.classList.add("has-script");
  const kept = {
    get(name) { try { return localStorage.getItem("itbench." + name); } catch { return null; } },
    set(name, value) { try { localStorage.setItem("itbench." + name, value); } catch { /* A page from a file may have no storage. */ } },
  };
  const theme = kept.get("theme");
  if (theme) root.dataset.theme = theme;

  // Tables
  const numberOf = (text) => (text === undefined || text === "" ? null : Number.isNaN(Number(text)) ? null : Number(text));
  const valueOf = (row, key) => {
    const cell = row.querySelector(`td[data-c="${CSS.escape(key)}"]`);
    return cell ? cell.dataset.v : undefined;
  };
  const words = (text) => {
    const found = [];
    for (const match of text.matchAll(/(?:[^\s"']+|"([^"]*)"?|'([^']*)'?)+/g)) found.push(match[0].replace(/["']/g, ""));
    return found.slice(0, 20);
  };
  const condition = (word, keys) => {
    const found = /^(-)?([A-Za-z_][\w @^.*-]*?)(!=|<=|>=|[:=<>])(.+)$/.exec(word);
    const key = found && keys.find((each) => each.toLowerCase() === found[2].toLowerCase());
    if (!key) {
      const isNot = word.startsWith("-") && word.length > 1;
      const text = (isNot ? word.slice(1) : word).toLowerCase();
      return (row) => [...row.cells].some((cell) => cell.dataset.v !== undefined && numberOf(cell.dataset.v) === null && cell.dataset.v.toLowerCase().includes(text)) !== isNot;
    }
    const [, not, , operator, wanted] = found;
    const compare = (text) => {
      if (operator === ":") return (text ?? "-").toLowerCase().includes(wanted.toLowerCase());
      const one = numberOf(text), other = numberOf(wanted);
      if (text === undefined && other !== null) return false;
      if (one === null || other === null) {
        const same = (text ?? "-").toLowerCase() === wanted.toLowerCase();
        return operator === "=" ? same : operator === "!=" ? !same : false;
      }
      return { "=": one === other, "!=": one !== other, "<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other }[operator];
    };
    return (row) => compare(valueOf(row, key)) !== Boolean(not);
  };
  const filterRows = (grid) => {
    const keys = [...grid.querySelectorAll("th[data-c]")].map((each) => each.dataset.c).concat("problem");
    const needed = words(grid.querySelector("input[type=search]").value).map((word) => condition(word, keys));
    let count = 0;
    for (const row of grid.querySelectorAll("tbody tr[data-key]")) {
      row.hidden = !needed.every((holds) => holds(row));
      count += !row.hidden;
    }
    grid.querySelector("[data-count]").textContent = String(count);
  };
  const sortRows = (grid, key, order) => {
    const body = grid.querySelector("tbody");
    const rows = [...body.querySelectorAll("tr[data-key]")];
    const sign = order === "desc" ? -1 : 1;
    const compare = (one, other) => {
      const a = valueOf(one, key), b = valueOf(other, key);
      if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
      const x = numberOf(a), y = numberOf(b);
      return sign * (x !== null && y !== null ? x - y : a.localeCompare(b, "en", { numeric: true }));
    };
    rows.sort(compare).forEach((row) => body.append(row));
    for (const head of grid.querySelectorAll("th[data-c]")) {
      if (head.dataset.c === key) head.setAttribute("aria-sort", order === "desc" ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    grid.dataset.sort = key;
    grid.dataset.order = order;
    const address = new URL(location.href);
    address.searchParams.set("sort", key);
    address.searchParams.set("order", order);
    if (location.protocol !== "file:") history.replaceState(null, "", address);
  };
  const chooseColumns = (grid) => {
    const name = "columns." + grid.dataset.grid;
    let chosen = {};
    try { chosen = JSON.parse(kept.get(name) ?? "{}"); } catch { chosen = {}; }
    const show = (key, on) => grid.querySelectorAll(`th[data-c="${CSS.escape(key)}"], td[data-c="${CSS.escape(key)}"]`).forEach((cell) => cell.classList.toggle("off", !on));
    for (const box of grid.querySelectorAll("input[data-column]")) {
      const key = box.dataset.column;
      if (key in chosen) { box.checked = chosen[key]; show(key, box.checked); }
      box.addEventListener("change", () => {
        chosen[key] = box.checked;
        kept.set(name, JSON.stringify(chosen));
        show(key, box.checked);
      });
    }
  };
  const ticked = new Set();
  const showTicks = () => {
    for (const box of document.querySelectorAll("input[data-tick]")) box.checked = ticked.has(box.dataset.tick);
    for (const place of document.querySelectorAll(".with-ticks")) place.hidden = ticked.size === 0;
    for (const each of document.querySelectorAll("[data-ticked]")) each.textContent = String(ticked.size);
    for (const button of document.querySelectorAll("[data-open-ticked]")) {
      button.disabled = ticked.size < Number(button.dataset.least) || ticked.size > Number(button.dataset.most ?? 1e9);
    }
  };
  const setUpGrid = (grid) => {
    chooseColumns(grid);
    const search = grid.querySelector("input[type=search]");
    // Without a server, only the rows of this page can be sorted and filtered.
    const isWhole = !source.page || grid.dataset.whole === "yes";
    let timer = 0;
    search.addEventListener("input", () => {
      if (isWhole) { filterRows(grid); return; }
      // At once in the address, so that what changes meanwhile is asked for with it.
      const address = new URL(location.href);
      address.searchParams.set("q", search.value);
      address.searchParams.delete("page");
      history.replaceState(null, "", address);
      latest += 1;
      clearTimeout(timer);
      timer = setTimeout(() => takeOver(new URL(location.href), true), 250);
    });
    // What is typed is filtered by already.
    grid.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
    grid.querySelector("thead").addEventListener("click", (event) => {
      const head = event.target.closest("a[data-sort-by]");
      if (!head || !isWhole || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const key = head.dataset.sortBy;
      const turned = grid.dataset.order === "desc" ? "asc" : "desc";
      sortRows(grid, key, grid.dataset.sort === key ? turned : head.dataset.first);
    });
    if (isWhole && search.value) filterRows(grid);
  };
  // Live: the same page again, of which the parts that can change are put in the place of the old ones.
  let running = null;
  // Counts what was asked for; an answer to something earlier than the latest is not shown.
  let latest = 0;
  const takeOver = async (address, isFilter) => {
    latest += 1;
    const own = latest;
    const fresh = await source.page(address);
    if (!fresh || own !== latest) return false;
    let changed = false;
    for (const old of document.querySelectorAll("[data-live]")) {
      const now = fresh.querySelector(`[data-live="${CSS.escape(old.dataset.live)}"]`);
      if (!now) continue;
      const active = document.activeElement;
      const field = old.contains(active) && active.matches("input[type=search], input[type=text]") ? { name: active.name, value: active.value, from: active.selectionStart, to: active.selectionEnd } : null;
      const filters = new Map([...old.querySelectorAll("[data-whole=yes] input[type=search]")].map((each) => [each.name, each.value]));
      const menus = [...old.querySelectorAll("details[open]:not([id])")].map((each) => each.className);
      const folds = [...old.querySelectorAll("details[id]")].map((each) => [each.id, each.open]);
      const at = old.querySelector("tr.at")?.dataset.key;
      const left = [...old.querySelectorAll(".scroll")].map((each) => each.scrollLeft);
      const later = new Map([...old.querySelectorAll("[data-later]")].map((each) => [each.dataset.later, each]));
      const seen = new Map([...old.querySelectorAll("tr[data-key]")].map((row) => [row.dataset.key, row.textContent]));
      old.replaceChildren(...now.childNodes);
      changed = true;
      for (const each of old.querySelectorAll("[data-later]")) if (later.has(each.dataset.later)) each.replaceWith(later.get(each.dataset.later));
      for (const [name, value] of filters) {
        const again = old.querySelector(`[data-whole=yes] input[name="${CSS.escape(name)}"]`);
        if (again) again.value = value;
      }
      for (const grid of old.querySelectorAll("[data-grid]")) setUpGrid(grid);
      if (field) {
        const again = old.querySelector(`input[name="${CSS.escape(field.name)}"]`);
        if (again) { again.value = field.value; again.focus(); again.setSelectionRange(field.from, field.to); if (again.closest("[data-whole=yes]")) filterRows(again.closest("[data-grid]")); }
      }
      for (const [id, open] of folds) { const again = document.getElementById(id); if (again) again.open = open; }
      for (const name of menus) old.querySelectorAll("details").forEach((each) => { if (each.className === name && name) each.open = true; });
      if (at) old.querySelector(`tr[data-key="${CSS.escape(at)}"]`)?.classList.add("at");
      old.querySelectorAll(".scroll").forEach((each, place) => { each.scrollLeft = left[place] ?? 0; });
      if (!isFilter) for (const row of old.querySelectorAll("tr[data-key]")) if (seen.get(row.dataset.key) !== row.textContent) row.classList.add("changed");
    }
    showTicks();
    loadLater();
    return changed;
  };
  // Parts of a page that take long: they come after the page.
  const loadLater = () => {
    for (const place of document.querySelectorAll("[data-later]:empty")) {
      const address = place.dataset.later;
      if (place.dataset.asked) continue;
      place.dataset.asked = "yes";
      source.page(new URL(address, location.href)).then((fresh) => { if (fresh) place.replaceChildren(...fresh.body.childNodes); }).catch(() => {});
    }
  };
  const listen = () => {
    const address = document.body.dataset.changes;
    if (!address || !window.EventSource) return;
    const note = document.querySelector(".live-note");
    const source = new EventSource(address);
    let wanted = false;
    const update = async () => {
      if (running) { wanted = true; return; }
      running = takeOver(new URL(location.href), false).catch(() => false);
      if (await running) note.textContent = "updated " + new Date().toLocaleTimeString("en-GB");
      running = null;
      if (wanted) { wanted = false; update(); }
    };
    source.addEventListener("changed", update);
    source.addEventListener("open", () => { note.textContent = "live"; });
    source.addEventListener("error", () => { note.textContent = "not connected; trying again"; });
    addEventListener("pagehide", () => source.close());
  };

  // Keyboard
  const rowsShown = () => [...document.querySelectorAll("tbody tr[data-key]")].filter((row) => !row.hidden);
  const moveRow = (by) => {
    const rows = rowsShown();
    if (!rows.length) return;
    const now = rows.findIndex((row) => row.classList.contains("at"));
    const next = rows[Math.max(0, Math.min(rows.length - 1, now < 0 ? 0 : now + by))];
    rows[now]?.classList.remove("at");
    next.classList.add("at");
    next.scrollIntoView({ block: "nearest" });
  };
  const keys = {
    "/": () => { const field = document.querySelector("main input[type=search]"); field?.focus(); field?.select(); return Boolean(field); },
    "?": () => document.querySelector("dialog.help").showModal(),
    j: () => moveRow(1),
    k: () => moveRow(-1),
    Enter: () => document.querySelector("tr.at a")?.click(),
    x: () => document.querySelector("tr.at input[data-tick]")?.click(),
    "[": () => document.querySelector("a[data-go=previous]")?.click(),
    "]": () => document.querySelector("a[data-go=next]")?.click(),
  };
  window.itbench.keys = keys;
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select, dialog");
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing) { if (event.key === "Escape") event.target.blur(); return; }
    if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
    const act = keys[event.key];
    if (act) { act(); if (event.key !== "Enter") event.preventDefault(); }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-help]")) document.querySelector("dialog.help").showModal();
    if (event.target.closest("[data-theme-switch]")) {
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      kept.set("theme", root.dataset.theme);
    }
    const opens = event.target.closest("a[data-opens]");
    if (opens) document.querySelector(opens.hash).open = true;
    const button = event.target.closest("[data-open-ticked]");
    if (button) {
      const address = new URL(button.dataset.openTicked, location.href);
      for (const key of ticked) address.searchParams.append(button.dataset.parameter, key);
      location.href = (source.ticked?.(address) ?? address).href;
    }
    for (const menu of document.querySelectorAll("details.columns[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("change", (event) => {
    const box = event.target.closest?.("input[data-tick]");
    if (!box) {
      const to = event.target.closest?.("select[data-submit]")?.selectedOptions[0]?.dataset.to;
      if (to) location.href = new URL(to, location.href).href;
      return;
    }
    if (box.checked) ticked.add(box.dataset.tick); else ticked.delete(box.dataset.tick);
    showTicks();
  });
  addEventListener("pageshow", () => { for (const box of document.querySelectorAll("input[data-tick]:checked")) ticked.add(box.dataset.tick); showTicks(); });
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-grid]").forEach(setUpGrid);
    showTicks();
    loadLater();
    listen();
  });
})();
