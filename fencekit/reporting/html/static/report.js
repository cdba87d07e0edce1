// Browsing: the filter, its state in the hash, copying, and the list of many records.
// All that matters is on the page without this script; it makes nodes of text only, never markup.
"use strict";
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const made = (tag, name, text) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    if (text !== undefined) node.textContent = visible(text);
    return node;
  };
  // What cannot be seen is shown as an escape, as in the rest of the page.
  const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\u00a0\u034f\u1680\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\u115f\u1160\uffa0]/gu;
  const visible = (text) => String(text).replace(HIDDEN, (char) =>
    [...Array(char.length).keys()].map((at) => "\\u" + char.charCodeAt(at).toString(16).padStart(4, "0")).join(""));

  const box = one("#q");
  const groups = all(".finding").map((node) => ({
    node, at: node.id, tool: node.dataset.tool, from: node.dataset.from, to: node.dataset.to,
    rule: node.dataset.rule, was: node.dataset.was, is: node.dataset.is,
    edits: node.dataset.edit.split(" "), text: node.textContent.toLowerCase(),
  }));
  let data = null;
  let found = [];

  // --- the filter: tokens that must all fit -------------------------------------------------
  const TOKEN = /(?:(tool|rule|who|from|to|edit|is):(=?))?(?:"([^"]*)"|(\S+))/g;
  const tokens = (query) => [...query.matchAll(TOKEN)].map(([, key, exact, quoted, word]) =>
    ({ key: key || "", exact: Boolean(exact), value: (quoted ?? word).toLowerCase() }));
  const decided = (decision, token) => {
    const text = decision.toLowerCase();
    if (token.exact) return text === token.value;
    return text.split("|").some((way) => way === token.value || way.split("+")[0] === token.value);
  };
  const OF_GROUP = {
    tool: (group, token) => group.tool.toLowerCase().includes(token.value),
    rule: (group, token) => [group.rule, group.was].some((id) => id.toLowerCase() === token.value),
    from: (group, token) => decided(group.from, token),
    to: (group, token) => decided(group.to, token),
    is: (group, token) => group.is.toLowerCase() === token.value,
  };
  const fits = (group, wanted) => wanted.every((token) => OF_GROUP[token.key](group, token));

  function apply(query) {
    const wanted = tokens(query);
    const ofGroup = wanted.filter((token) => token.key in OF_GROUP);
    const who = wanted.filter((token) => token.key === "who");
    const edits = wanted.filter((token) => token.key === "edit");
    const words = wanted.filter((token) => !token.key);
    const counts = new Map();
    found = [];
    if (data) {
      const groupFits = data.groups.map((group) => fits(group, ofGroup));
      const whoFits = data.who.map((name) => who.every((token) => name.toLowerCase().includes(token.value)));
      const blameFits = data.blames.map((blame) => edits.every((token) => blame.includes(Number(token.value))));
      for (let at = 0; at < data.g.length; at++) {
        if (!groupFits[data.g[at]] || !whoFits[data.w[at]] || !blameFits[data.e[at]]) continue;
        if (words.length && !words.every((token) => textOf(at).includes(token.value))) continue;
        found.push(at);
        counts.set(data.groups[data.g[at]].at, true);
      }
    }
    let shown = 0;
    for (const group of groups) {
      const alone = fits(group, ofGroup) && edits.every((token) => group.edits.includes(token.value)) &&
        who.every((token) => group.text.includes(token.value)) &&
        words.every((token) => group.text.includes(token.value));
      const fitting = alone || counts.has(group.at);
      group.node.hidden = !fitting;
      shown += fitting;
    }
    const parts = [`${number(shown)} of ${number(groups.length)} groups`];
    if (data) parts.push(`${number(found.length)} of ${number(data.g.length)} records`);
    one("#q-count").textContent = query.trim() ? parts.join(", ") : "";
    list.draw(true);
  }
  const number = (count) => count.toLocaleString("en-US");

  // --- state in the hash --------------------------------------------------------------------
  function toHash(query) {
    const hash = query.trim() ? "#q=" + encodeURIComponent(query.trim()) : " ";
    history.replaceState(null, "", hash.trim() || location.pathname + location.search);
  }
  function fromHash() {
    const hash = decodeURIComponent(location.hash.slice(1));
    if (hash.startsWith("q=")) {
      box.value = hash.slice(2);
      apply(box.value);
      one("#filter").scrollIntoView();
    } else if (/^r-[0-9a-f]{16}$/.test(hash) && !document.getElementById(hash)) {
      list.find(hash);
    } else {
      const target = hash && document.getElementById(hash);
      if (target && target.closest("[hidden]")) {
        box.value = "";
        apply("");
        target.scrollIntoView();
      }
      if (target && target.matches(".finding")) all(":scope > details.body", target).forEach((fold) => { fold.open = true; });
      for (let fold = target && target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    }
  }

  // --- the list of records: a few rows of many ----------------------------------------------
  const ROW = 52;
  const argsText = [];
  function textOf(at) {
    if (argsText[at] === undefined) {
      const group = data.groups[data.g[at]];
      const args = typeof data.a[at] === "string" ? data.a[at] : JSON.stringify(data.a[at]);
      argsText[at] = `${group.tool} ${data.who[data.w[at]]} ${data.times[data.t[at]]} ${place(at)} ${args}`.toLowerCase();
    }
    return argsText[at];
  }
  const place = (at) => `${data.logs[data.f[at]]}:${data.l[at]}${data.n.length && data.n[at] ? ":" + data.n[at] : ""}`;
  const PRIME = 0x01000193;
  function anchor(at) {
    const parts = [data.logs[data.f[at]], data.l[at], data.n.length ? data.n[at] : 0, data.times[data.t[at]], data.who[data.w[at]], data.groups[data.g[at]].tool];
    const text = parts.join("\0");
    return "r-" + [0x811c9dc5, 0x01234567].map((seed) => {
      let digest = seed;
      for (let unit = 0; unit < text.length; unit++) digest = Math.imul(digest ^ text.charCodeAt(unit), PRIME);
      return (digest >>> 0).toString(16).padStart(8, "0");
    }).join("");
  }
  const list = {
    chosen: -1,
    make() {
      const browser = one("#browser");
      this.frame = made("div", "records");
      this.frame.tabIndex = 0;
      this.frame.setAttribute("role", "listbox");
      this.frame.setAttribute("aria-label", "changed records");
      this.height = made("div", "height");
      this.height.setAttribute("role", "presentation");
      this.frame.append(this.height);
      this.detail = made("div", "one-record");
      this.detail.setAttribute("aria-live", "polite");
      browser.append(this.frame, this.detail);
      browser.hidden = false;
      one("#plain-records").hidden = true;
      one("#records-said").textContent = `${number(data.g.length)} records whose decision changed, may change or could not be made. The filter above holds here too; the arrow keys choose one.`;
      this.frame.addEventListener("scroll", () => requestAnimationFrame(() => this.draw(false)));
      this.frame.addEventListener("click", (event) => {
        const row = event.target.closest(".row");
        if (row) this.choose(Number(row.dataset.nth), true);
      });
      this.frame.addEventListener("keydown", (event) => {
        const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -Infinity, End: Infinity }[event.key];
        if (step === undefined || !found.length) return;
        event.preventDefault();
        this.choose(Math.max(0, Math.min(found.length - 1, this.chosen + step)), true);
      });
    },
    draw(anew) {
      if (!this.frame) return;
      if (anew) {
        this.chosen = -1;
        this.detail.replaceChildren();
        this.height.style.height = `${Math.max(1, found.length) * ROW}px`;
      }
      const first = Math.max(0, Math.floor(this.frame.scrollTop / ROW) - 5);
      const last = Math.min(found.length, first + Math.ceil(this.frame.clientHeight / ROW) + 10);
      const rows = [];
      for (let nth = first; nth < last; nth++) rows.push(this.row(nth));
      if (!found.length) rows.push(made("div", "row", "no record fits"));
      this.height.replaceChildren(...rows);
    },
    row(nth) {
      const at = found[nth];
      const group = data.groups[data.g[at]];
      const row = made("div", "row");
      row.dataset.nth = nth;
      row.id = `row-${nth}`;
      row.style.top = `${nth * ROW}px`;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", String(nth === this.chosen));
      row.setAttribute("aria-setsize", String(found.length));
      row.setAttribute("aria-posinset", String(nth + 1));
      const args = typeof data.a[at] === "string" ? data.a[at] : JSON.stringify(data.a[at]);
      const head = made("div");
      head.append(made("span", `kind k-${group.kind}`, group.is), made("span", "tool", group.tool),
        made("span", "", `${group.from} → ${group.to}`), made("span", "soft", data.who[data.w[at]]), made("span", "soft", place(at)));
      row.append(head, made("div", "args", args.slice(0, 400)));
      return row;
    },
    choose(nth, scroll) {
      this.chosen = nth;
      const top = nth * ROW;
      if (scroll && (top < this.frame.scrollTop || top + ROW > this.frame.scrollTop + this.frame.clientHeight)) {
        this.frame.scrollTop = Math.max(0, top - this.frame.clientHeight / 2);
      }
      this.draw(false);
      this.frame.setAttribute("aria-activedescendant", `row-${nth}`);
      const at = found[nth];
      const group = data.groups[data.g[at]];
      const args = typeof data.a[at] === "string" ? data.a[at] : JSON.stringify(data.a[at], null, 2);
      const said = made("p");
      said.append(`${group.is}: ${visible(group.tool)}, ${visible(group.from)} to ${visible(group.to)}, by ${visible(data.who[data.w[at]])} at ${visible(place(at))}${data.times[data.t[at]] ? ", " + visible(data.times[data.t[at]]) : ""}. `);
      const link = made("a", "", "Link to this record");
      link.href = "#" + anchor(at);
      said.append(link);
      if (group.at) {
        const home = made("a", "", "Its group");
        home.href = "#" + group.at;
        said.append(", ", home);
      }
      this.detail.replaceChildren(said, made("pre", "", args));
    },
    find(wanted) {
      if (!data) return;
      box.value = "";
      apply("");
      for (let at = 0; at < data.g.length; at++) {
        if (anchor(at) === wanted) {
          one("#records").scrollIntoView();
          this.choose(at, true);
          this.frame.focus({ preventScroll: true });
          return;
        }
      }
    },
  };

  // --- the data -----------------------------------------------------------------------------
  async function load() {
    const island = one("#data");
    if (!island) return;
    const packed = atob(island.textContent.trim());
    const bytes = new Uint8Array(packed.length);
    for (let at = 0; at < packed.length; at++) bytes[at] = packed.charCodeAt(at);
    const text = island.dataset.encoding === "json" ? new TextDecoder().decode(bytes)
      : await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
    const read = JSON.parse(text);
    for (let at = 1; at < read.l.length; at++) read.l[at] += read.l[at - 1];
    data = read;
    list.make();
  }

  // --- copying ------------------------------------------------------------------------------
  function copying() {
    for (const node of all(".copied, .again")) {
      const source = one("pre, code.command", node);
      const button = made("button", "copy", node.classList.contains("case") ? "Copy as case" : "Copy command");
      button.type = "button";
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(source.textContent);
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = node.classList.contains("case") ? "Copy as case" : "Copy command"; }, 1500);
      });
      node.append(button);
    }
  }

  // --- keys ---------------------------------------------------------------------------------
  function go(step) {
    const open = groups.filter((group) => !group.node.hidden).map((group) => group.node);
    const here = open.indexOf(document.activeElement.closest(".finding"));
    const next = open[Math.max(0, Math.min(open.length - 1, here + step))];
    if (next) next.focus();
  }
  const KEYS = { "/": () => box.focus(), j: () => go(1), k: () => go(-1) };

  async function begin() {
    copying();
    if (!box) return;
    one("#filter").hidden = false;
    await load();
    box.addEventListener("input", () => { apply(box.value); toHash(box.value); });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { box.value = ""; apply(""); toHash(""); }
    });
    document.addEventListener("keydown", (event) => {
      if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
      const act = KEYS[event.key];
      if (act) { event.preventDefault(); act(); }
    });
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-q]");
      if (!link) return;
      event.preventDefault();
      location.hash = "q=" + encodeURIComponent(link.dataset.q);
    });
    addEventListener("hashchange", fromHash);
    apply("");
    fromHash();
    performance.mark("ready");
    document.documentElement.dataset.ready = "yes";
  }
  begin();
})();
