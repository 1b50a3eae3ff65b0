// How pages of a site get what is not on them: from scripts beside them, which load from a disk too, and from the page itself.
"use strict";
(() => {
  const MOST = 200, BEFORE = 60, AROUND = 200;
  // The texts of each script, once it has come.
  const texts = new Map();
  const loaded = (address) => {
    const [path] = address.href.split("#");
    if (!texts.has(path)) {
      texts.set(path, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = path;
        script.onload = () => resolve(window.itbench.texts);
        script.onerror = () => reject(new Error("not there"));
        document.head.append(script);
      }));
    }
    return texts.get(path);
  };
  const around = (text, at) => text.slice(Math.max(0, at - BEFORE), at + AROUND);
  const search = async (trace, wanted) => {
    const small = wanted.toLowerCase(), found = [];
    const rest = new Map();
    const cut = trace.querySelector("button[data-rest]");
    if (cut) {
      const all = await loaded(new URL(cut.dataset.rest, location.href)).catch(() => ({}));
      for (const [name, { text }] of Object.entries(all)) {
        const position = name.split("/")[0];
        rest.set(position, (rest.get(position) ?? "") + "\n" + text);
      }
    }
    for (const event of trace.querySelectorAll("details.event")) {
      const position = event.id.slice(1);
      const text = event.textContent.replace(/\s+/g, " ") + (rest.get(position) ?? "");
      const at = text.toLowerCase().indexOf(small);
      if (at >= 0) found.push({ position, around: around(text, at) });
      if (found.length >= MOST) break;
    }
    return { found, most: MOST, where: trace.querySelector("a.more-events") ? "on this page: " : "" };
  };

  // Runs that were ticked: their comparison where there is one, else the page of their suite with the others hidden.
  const ticked = (address) => {
    const runs = address.searchParams.getAll("run");
    const { suites, pairs } = window.itbench.site ?? { suites: [], pairs: {} };
    const name = /([a-z]+)\.html$/.exec(address.pathname)?.[1];
    const pair = pairs[runs.join(" ")] ?? pairs[[...runs].reverse().join(" ")];
    const suite = suites.find((each) => runs.some((run) => each.runs.includes(run)));
    const place = name === "compare" && runs.length === 2 && pair ? pair : suite?.pages[name];
    if (!place) return address;
    const to = new URL(place, address);
    if (place !== pair) to.search = address.search;
    return to;
  };
  const hideOthers = () => {
    const runs = new URL(location.href).searchParams.getAll("run");
    if (!runs.length) return;
    const of = [...document.querySelectorAll("[data-run]")];
    const shown = new Set(of.map((each) => each.dataset.run).filter((run) => runs.includes(run)));
    if (shown.size) for (const each of of) each.hidden = !shown.has(each.dataset.run);
    // They stay hidden on the maps of other values.
    for (const each of document.querySelectorAll("select[name=by] option, select[name=group] option")) each.dataset.to += location.search;
    if (document.body.dataset.page === "compare") {
      // Its rows are numbered as the columns of its tasks; the last column is of all of them.
      const columns = of.flatMap((each, at) => (each.hidden ? [`[data-c="run${at + 1}"]`, '[data-c="difference"]'] : []));
      if (columns.length) for (const cell of document.querySelectorAll(columns.join())) cell.hidden = true;
    }
    const line = document.createElement("p"), link = document.createElement("a");
    line.className = "note";
    const others = runs.length - shown.size;
    line.textContent = shown.size
      ? `Only ticked runs are shown${others ? `; ${others} of the ticked ones are not on this page` : ""}. Ranks, differences and charts are of all runs. `
      : "None of the ticked runs is on this page; all others are shown. ";
    link.href = location.pathname;
    link.textContent = "Show all";
    line.append(link);
    document.querySelector("main h1")?.after(line);
  };

  // Two trials side by side, each a page in a frame; what one is scrolled to, the other follows.
  const SIDE = /^[a-z0-9][a-z0-9_-]{0,150}$/, NUMBER = /^[0-9]{1,12}$/;
  const showSides = (place) => {
    const asked = new URL(location.href).searchParams;
    const runs = asked.getAll("run"), trials = asked.getAll("trial");
    const sides = [[runs[0], trials[0]], [asked.get("other") ?? runs[0], asked.get("other_trial") ?? trials[1]]];
    if (!sides.every(([run, trial]) => SIDE.test(run ?? "") && NUMBER.test(trial ?? ""))) return;
    place.replaceChildren(...sides.map(([run, trial], at) => {
      const frame = document.createElement("iframe");
      frame.src = new URL(`run/${run}/trial-${trial}.html?framed`, location.href).href;
      frame.title = at ? "The other trial" : "One trial";
      return frame;
    }));
    const frames = [...place.children];
    const follows = document.querySelector("[data-follows]");
    addEventListener("message", ({ source, data }) => {
      const other = frames.find((frame) => frame.contentWindow !== source);
      if (!frames.some((frame) => frame.contentWindow === source) || !Number.isInteger(data?.turn) || !follows.checked) return;
      other.contentWindow.postMessage({ turn: data.turn }, "*");
    });
  };
  const inFrame = () => {
    document.documentElement.classList.add("framed");
    for (const link of document.querySelectorAll("a[href]")) if (!link.getAttribute("href").startsWith("#")) link.target = "_top";
    const turns = () => [...document.querySelectorAll("h3.turn")];
    let told = null;
    addEventListener("scroll", () => {
      const at = turns().filter((each) => each.getBoundingClientRect().top < 60).pop();
      const turn = at ? Number(at.dataset.turn) : 0;
      if (turn === told) return;
      told = turn;
      parent.postMessage({ turn }, "*");
    }, { passive: true });
    addEventListener("message", ({ source, data }) => {
      if (source !== parent || !Number.isInteger(data?.turn) || data.turn === told) return;
      told = data.turn;
      turns().find((each) => Number(each.dataset.turn) === data.turn)?.scrollIntoView({ block: "start" });
    });
  };

  window.itbench = {
    texts: {},
    source: {
      page: null,
      piece: async (address) => {
        const found = (await loaded(address))[decodeURIComponent(address.hash.slice(1))];
        if (!found) throw new Error("not there");
        return { ...found, following: null };
      },
      search,
      check: async () => ({ problem: null }),
      ticked,
    },
  };
  document.addEventListener("DOMContentLoaded", () => {
    if (["leaderboard", "heat", "compare"].includes(document.body.dataset.page)) hideOthers();
    // A file that was left out leads to the page that says so, which nobody wants to keep.
    for (const link of document.querySelectorAll("a[download][href$='left-out.html']")) link.removeAttribute("download");
    const sides = document.querySelector("[data-two-frames]");
    if (sides) showSides(sides);
    if (parent !== window && new URL(location.href).searchParams.has("framed")) inFrame();
  });
})();
