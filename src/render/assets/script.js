"use strict";
(() => {
  const root = document.documentElement;
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const grouped = new Intl.NumberFormat("en-GB");
  const MAX_OPTIONS = 30;
  const MAX_OPTION = 60;
  // Laying out tens of thousands of rows takes seconds; paper gets them all.
  const MAX_SHOWN = 500;

  // Theme and print.
  const theme = document.getElementById("theme");
  const isDark = () => root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  const remember = (value) => {
    // Pages opened from a disk may have no storage.
    try { localStorage.setItem("theme", value); } catch { /* the choice lasts until reload */ }
  };
  try {
    const stored = localStorage.getItem("theme");
    if (stored === "dark" || stored === "light") root.dataset.theme = stored;
  } catch { /* as above */ }
  const label = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    remember(root.dataset.theme);
    label();
  });
  label();
  document.getElementById("print").addEventListener("click", () => print());
  document.querySelector(".tools").hidden = false;

  // A number as it is written: `1,204`, `94.1% (412 of 438)`, `3 h 05 min`.
  const SECONDS = { h: 3600, min: 60, s: 1 };
  const numberOf = (text) => {
    const whole = text.split("(")[0].replace(/,/g, "");
    const parts = [...whole.matchAll(/(\d+(?:\.\d+)?)\s*(\p{L}*)/gu)];
    if (!parts.length) return null;
    const sum = parts.reduce((sum, [, value, unit]) => sum + value * (SECONDS[unit] ?? 1), 0);
    return /^[-\u2212]/.test(text) ? -sum : sum;
  };

  // What a cell sorts by: a number, a text, or null for no value.
  const keyOf = (cell, kind) => {
    if (!cell?.textContent) return null;
    return kind === "n" ? numberOf(cell.textContent) : cell.textContent;
  };

  const limits = new Map();

  // Ledgers: a row opens what without a script is a list behind the table.
  const opened = new Map();
  const homes = new Map();
  const rowsOf = (table) => [...table.tBodies[0].rows].filter((row) => !row.classList.contains("unfolded"));
  const fold = (button) => {
    const row = opened.get(button);
    if (!row) return;
    homes.get(button.dataset.of).append(row.firstChild.firstChild);
    row.remove();
    opened.delete(button);
    button.setAttribute("aria-expanded", "false");
  };
  const unfold = (button) => {
    // Another table may have it open.
    for (const other of [...opened.keys()]) if (other.dataset.of === button.dataset.of) fold(other);
    const above = button.closest("tr");
    const row = document.createElement("tr");
    row.className = "unfolded";
    row.insertCell().colSpan = above.cells.length;
    row.firstChild.append(document.getElementById(button.dataset.of));
    above.after(row);
    opened.set(button, row);
    button.setAttribute("aria-expanded", "true");
  };
  const toggle = (button) => (opened.has(button) ? fold : unfold)(button);
  const follow = (row) => {
    const button = row.querySelector("button.open");
    return button && opened.has(button) ? opened.get(button) : null;
  };

  for (const link of document.querySelectorAll("tbody th > a[href^='#']")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "open";
    button.dataset.of = link.hash.slice(1);
    button.textContent = link.textContent;
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", button.dataset.of);
    button.addEventListener("click", () => toggle(button));
    link.replaceWith(button);
  }
  for (const list of document.querySelectorAll(".ledgers")) list.hidden = true;
  for (const account of document.querySelectorAll(".account")) homes.set(account.id, account.parentElement);

  const sortBy = (table, at, isDescending) => {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const kind = heads[at].dataset.k;
    const keyed = rowsOf(table).map((row) => [keyOf(row.cells[at], kind), row]);
    const compare = kind === "n" ? (a, b) => a - b : collator.compare;
    keyed.sort(([a], [b]) => {
      // Rows without a value stay last either way.
      if (a === null || b === null) return (a === null) - (b === null);
      return isDescending ? compare(b, a) : compare(a, b);
    });
    body.append(...keyed.flatMap(([, row]) => [row, follow(row)].filter(Boolean)));
    limits.get(table)?.();
    heads.forEach((head, index) => {
      if (index === at) head.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
  };

  for (const table of document.querySelectorAll(".scroll > table")) {
    if (table.tBodies[0].rows.length < 2) continue;
    [...table.tHead.rows[0].cells].forEach((head, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        const isDescending = now ? now === "ascending" : head.dataset.k === "n";
        sortBy(table, at, isDescending);
      });
    });
  }

  // Filters: built from the rows, kept in the address.
  const filters = new Map();

  const build = (block) => {
    const bar = block.querySelector(".filter");
    const table = block.querySelector("table");
    const rows = [...table.tBodies[0].rows];
    const heads = [...table.tHead.rows[0].cells];
    const find = bar.querySelector("input");
    const clear = bar.querySelector(".clear");
    const count = bar.querySelector(".count");
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const selects = [];

    heads.forEach((head, at) => {
      if (head.dataset.k !== "t" || at === 0) return;
      const values = new Set();
      for (const row of rows) {
        const value = keyOf(row.cells[at], "t") ?? "";
        values.add(value);
        if (values.size > MAX_OPTIONS || value.length > MAX_OPTION) return;
      }
      if (values.size < 2 || values.size > rows.length / 2) return;
      const select = document.createElement("select");
      select.append(new Option("all", ""));
      for (const value of [...values].sort(collator.compare)) {
        select.append(new Option(value || "– (no value)", value || "–"));
      }
      const wrap = document.createElement("label");
      wrap.append(head.textContent + " ", select);
      bar.insertBefore(wrap, clear);
      selects.push({ select, at, name: head.dataset.c, label: head.textContent });
    });

    // Of the rows that the filter keeps, the first ones in the present order.
    const kept = new Set(rows);
    const more = bar.querySelector(".more");
    let isWhole = false;
    const limit = (isPrinted = false) => {
      let shown = 0;
      for (const row of rowsOf(table)) {
        const isShown = kept.has(row) && (isWhole || isPrinted || shown < MAX_SHOWN);
        if (isShown) shown += 1;
        if (row.hidden === isShown) row.hidden = !isShown;
        const below = follow(row);
        if (below) below.hidden = !isShown;
      }
      more.hidden = shown === kept.size;
      more.textContent = `Show all ${grouped.format(kept.size)} (now the first ${grouped.format(shown)})`;
    };
    const every = bar.querySelector(".unfold");
    every?.addEventListener("click", () => {
      const isOpen = every.getAttribute("aria-expanded") === "true";
      for (const button of table.querySelectorAll("button.open")) {
        if (opened.has(button) === isOpen) toggle(button);
      }
      every.setAttribute("aria-expanded", String(!isOpen));
      every.textContent = isOpen ? "Open all" : "Close all";
      limit();
    });
    more.addEventListener("click", () => { isWhole = true; limit(); });
    limits.set(table, limit);

    const apply = () => {
      const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
      const chosen = selects.filter(({ select }) => select.value !== "");
      kept.clear();
      rows.forEach((row, index) => {
        const isKept = words.every((word) => texts[index].includes(word))
          && chosen.every(({ select, at }) => (keyOf(row.cells[at], "t") ?? "–") === select.value);
        if (isKept) kept.add(row);
      });
      limit();
      const isOn = words.length > 0 || chosen.length > 0;
      const said = chosen.map(({ select, label: name }) => `${name}: ${select.value}`);
      if (words.length) said.unshift(`“${find.value.trim()}”`);
      bar.classList.toggle("on", isOn);
      clear.disabled = !isOn;
      count.textContent = `${grouped.format(kept.size)} of ${grouped.format(rows.length)} rows`
        + (isOn ? ` – filtered by ${said.join(", ")}` : "");
    };

    const store = () => {
      const query = new URLSearchParams();
      if (find.value.trim()) query.set("q", find.value.trim());
      for (const { select, name } of selects) if (select.value) query.set(name, select.value);
      const text = query.toString();
      const hash = `#${block.id}${text ? `?${text}` : ""}`;
      try { history.replaceState(null, "", hash); } catch { location.replace(hash); }
    };

    const load = (query) => {
      find.value = query.get("q") ?? "";
      for (const { select, name } of selects) {
        const value = query.get(name) ?? "";
        select.value = [...select.options].some((option) => option.value === value) ? value : "";
      }
      apply();
    };

    let timer = 0;
    find.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => { apply(); store(); }, 120);
    });
    for (const { select } of selects) select.addEventListener("change", () => { apply(); store(); });
    clear.addEventListener("click", () => { load(new URLSearchParams()); store(); find.focus(); });
    bar.hidden = false;
    apply();
    filters.set(block.id, load);
  };

  for (const bar of document.querySelectorAll(".filter")) build(bar.closest(".block"));

  addEventListener("beforeprint", () => { for (const limit of limits.values()) limit(true); });
  addEventListener("afterprint", () => { for (const limit of limits.values()) limit(); });

  // The list of periods closes as a menu does.
  const pick = document.querySelector(".pick");
  addEventListener("click", (event) => { if (pick && !pick.contains(event.target)) pick.open = false; });
  pick?.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    pick.open = false;
    pick.querySelector("summary").focus();
  });

  const restore = () => {
    const [id, query] = decodeURI(location.hash.slice(1)).split("?");
    const button = [...document.querySelectorAll("button.open")].find((one) => one.dataset.of === id);
    if (button) {
      if (!opened.has(button)) unfold(button);
      // Rows begin below a heading that stays.
      button.scrollIntoView({ block: "center" });
      return;
    }
    if (query === undefined || !filters.has(id)) return;
    filters.get(id)(new URLSearchParams(location.hash.split("?")[1]));
    document.getElementById(id).scrollIntoView();
  };
  addEventListener("hashchange", restore);
  try { restore(); } catch { /* a broken address filters nothing */ }
})();
