// The page of a trial: long texts in pieces, folding, search, and going from turn to turn. Words of others are only ever set as text.
"use strict";
(() => {
  const { keys, source } = window.itbench;
  const trace = document.querySelector("[data-trace]");

  // A long text comes in pieces; of a very long one no more than this is put on the page at once.
  const AT_ONCE = 2_000_000;
  const showRest = async (button) => {
    const pre = button.parentElement.querySelector("pre");
    const address = new URL(button.dataset.rest, location.href);
    let offset = Number(button.dataset.offset ?? 0);
    button.disabled = true;
    if (!offset) pre.textContent = "";
    let taken = 0, total = 0, following = offset, cutAt = null;
    try {
      while (following !== null && taken < AT_ONCE) {
        const piece = await source.piece(address, following);
        pre.append(piece.text);
        taken += piece.text.length;
        ({ total, following } = piece);
        cutAt = piece.cutAt ?? null;
        button.textContent = following === null ? "" : `Reading: ${following} of ${total} characters`;
      }
    } catch {
      button.disabled = false;
      button.textContent = "This could not be read; try again";
      return;
    }
    if (cutAt !== null) button.after(`The first ${cutAt} of ${total} characters; itbench view shows all.`);
    if (following === null) { button.remove(); return; }
    button.dataset.offset = String(following);
    button.disabled = false;
    button.textContent = `Show more: ${following} of ${total} characters are shown`;
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-rest]");
    if (button) showRest(button);
  });
  document.querySelectorAll("button[data-at-once]").forEach(showRest);

  for (const check of document.querySelectorAll("[data-check]")) source.check(check.dataset.check).then(({ problem }) => {
    if (!problem) return;
    check.className = "box bad";
    check.textContent = problem;
  }).catch(() => { check.textContent = "Whether this is what was written could not be checked."; });
  if (!trace) return;

  // Kinds and folding
  const showKinds = () => {
    for (const box of trace.querySelectorAll("[data-kinds]")) trace.classList.toggle("without-" + box.dataset.kinds, !box.checked);
  };
  trace.addEventListener("change", (event) => { if (event.target.closest("[data-kinds]")) showKinds(); });
  showKinds();
  trace.addEventListener("click", (event) => {
    const fold = event.target.closest("[data-fold]");
    if (fold) for (const each of trace.querySelectorAll("details.event")) each.open = fold.dataset.fold === "open";
  });

  // More events
  const events = trace.querySelector("[data-events]");
  let loading = null;
  const loadMore = (link) => {
    loading ??= (async () => {
      link.textContent = "Reading …";
      if (!source.page) { location.href = link.href; return false; }
      const fresh = await source.page(link.href.split("#")[0]);
      if (!fresh) { link.textContent = "More events could not be read; try again"; return false; }
      const more = [...fresh.querySelectorAll("[data-events] > *")].filter((each) => !each.querySelector(":scope > a.more-events:not([data-more])"));
      link.parentElement.replaceWith(...more);
      watchMore();
      mark(needle);
      return true;
    })().finally(() => { loading = null; });
    return loading;
  };
  const seen = new IntersectionObserver((found) => {
    for (const each of found) if (each.isIntersecting) loadMore(each.target);
  }, { rootMargin: "800px" });
  const watchMore = () => { seen.disconnect(); if (!source.page) return; const link = events.querySelector("a[data-more]"); if (link) seen.observe(link); };
  events.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-more]");
    if (link && !event.ctrlKey && !event.metaKey) { event.preventDefault(); loadMore(link); }
  });
  watchMore();

  // Going to a turn or an event
  const goTo = async (position) => {
    const place = document.getElementById("e" + position);
    if (!place) return false;
    if (place.tagName === "DETAILS") place.open = true;
    place.scrollIntoView({ block: "start" });
    history.replaceState(null, "", "#e" + position);
    follow();
    return true;
  };
  trace.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-position]");
    if (!link || event.ctrlKey || event.metaKey) return;
    if (document.getElementById("e" + link.dataset.position)) { event.preventDefault(); goTo(link.dataset.position); }
  });
  const turns = () => [...events.querySelectorAll("h3.turn")];
  const edge = 90;
  const moveTurn = async (by) => {
    const all = turns();
    const next = by > 0 ? all.find((each) => each.getBoundingClientRect().top > edge) : all.filter((each) => each.getBoundingClientRect().top < edge - 30).pop();
    if (next) { next.scrollIntoView({ block: "start" }); next.focus({ preventScroll: true }); return; }
    const more = by > 0 && events.querySelector("a[data-more]");
    if (more && await loadMore(more)) moveTurn(by);
  };
  keys.j = () => moveTurn(1);
  keys.k = () => moveTurn(-1);
  keys.o = () => {
    const at = [...events.querySelectorAll("details.event")].find((each) => each.getBoundingClientRect().bottom > edge);
    if (at) at.open = !at.open;
  };
  keys["/"] = () => trace.querySelector("input[name=find]").focus();
  const outline = trace.querySelector(".outline");
  let waiting = false;
  const follow = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const at = turns().filter((each) => each.getBoundingClientRect().top < edge + 40).pop();
      outline.querySelector("a.here")?.classList.remove("here");
      const link = at && outline.querySelector(`a.turn-link[data-position="${at.id.slice(1)}"]`);
      if (!link) return;
      link.classList.add("here");
      const box = outline.getBoundingClientRect(), own = link.getBoundingClientRect();
      if (own.top < box.top || own.bottom > box.bottom) outline.scrollTop += own.top - box.top - 40;
    });
  };
  addEventListener("scroll", follow, { passive: true });
  follow();

  // Search
  let needle = "";
  const field = trace.querySelector("input[name=find]");
  const found = trace.querySelector("ol.found");
  const count = trace.querySelector(".found-count");
  const mark = (text) => {
    if (!window.Highlight) return;
    CSS.highlights.clear();
    if (!text) return;
    const ranges = [], small = text.toLowerCase();
    const walker = document.createTreeWalker(events, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node && ranges.length < 2000; node = walker.nextNode()) {
      const words = node.data.toLowerCase();
      for (let at = words.indexOf(small); at >= 0 && ranges.length < 2000; at = words.indexOf(small, at + small.length)) {
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, at + small.length);
        ranges.push(range);
      }
    }
    CSS.highlights.set("found", new Highlight(...ranges));
  };
  const search = async () => {
    const text = field.value.trim();
    needle = text;
    mark(text);
    if (!text) { found.hidden = true; outline.querySelector(".turns").hidden = false; count.textContent = ""; return; }
    const told = await source.search(trace, text);
    if (!told || needle !== text) return;
    const n = told.found.length;
    count.textContent = (told.where ?? "") + (n >= told.most ? `the first ${told.most} events` : n === 1 ? "1 event" : `${n} events`);
    found.replaceChildren(...told.found.map(({ position, around }) => {
      const line = document.createElement("li"), link = document.createElement("a");
      link.dataset.position = position;
      const to = new URL(trace.dataset.self, location.href);
      to.searchParams.set("from", position);
      link.href = to.pathname + to.search + "#e" + position;
      link.className = "line";
      link.textContent = around;
      line.append(link);
      return line;
    }));
    found.hidden = false;
    outline.querySelector(".turns").hidden = true;
  };
  let timer = 0;
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(search, 250); });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); found.querySelector("a")?.click(); }
  });
  if (location.hash.startsWith("#e")) document.getElementById(location.hash.slice(1))?.setAttribute("open", "");
})();
