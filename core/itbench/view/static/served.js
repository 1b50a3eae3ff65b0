// How pages of a server get what is not on them: by asking it.
"use strict";
(() => {
  const told = async (address) => {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  };
  window.itbench = {
    source: {
      page: async (address) => {
        const answer = await fetch(address, { headers: { Accept: "text/html" } });
        return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
      },
      piece: (address, offset) => {
        address.searchParams.set("offset", String(offset));
        return told(address);
      },
      search: (trace, text) => {
        const address = new URL(trace.dataset.search, location.href);
        address.searchParams.set("q", text);
        return told(address).catch(() => null);
      },
      check: told,
    },
  };
})();
