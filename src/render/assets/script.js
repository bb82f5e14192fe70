"use strict";
(() => {
  const root = document.documentElement;
  // Every word that is shown comes from the page.
  const words = JSON.parse(document.getElementById("words").textContent);
  const say = (text, values = {}) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const collator = new Intl.Collator(root.lang, { numeric: true, sensitivity: "base" });
  const grouped = new Intl.NumberFormat(root.lang);
  const count = (number) => grouped.format(number);
  const list = (texts) => texts.join(", ");
  const MAX_OPTIONS = 30;
  const MAX_OPTION = 60;
  // Laying out tens of thousands of rows takes seconds; paper gets them all.
  const MAX_SHOWN = 500;

  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const button = (text, click, className = "") => {
    const made = make("button", { type: "button", className, textContent: text });
    made.addEventListener("click", click);
    return made;
  };

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
  const label = () => { theme.textContent = isDark() ? words.light : words.dark; };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label);
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    remember(root.dataset.theme);
    label();
  });
  label();
  document.getElementById("print").addEventListener("click", () => print());
  document.querySelector(".tools").hidden = false;

  // A number as it is written: `1,204`, `94.1% (412 of 438)`, `3 h 05 min`.
  const { group, decimal, seconds } = words.numbers;
  const numberOf = (text) => {
    const plain = text.split("(")[0].replaceAll(group, "").replaceAll(decimal, ".");
    const parts = [...plain.matchAll(/(\d+(?:\.\d+)?)\s*(\p{L}*)/gu)];
    if (!parts.length) return null;
    const sum = parts.reduce((sum, [, value, unit]) => sum + value * (seconds[unit] ?? 1), 0);
    return /^[-\u2212]/.test(text) ? -sum : sum;
  };

  // What a cell sorts by: a number, a text, or null for no value.
  const keyOf = (cell, kind) => {
    if (!cell?.textContent) return null;
    return kind === "n" ? numberOf(cell.textContent) : cell.textContent;
  };

  // Ledgers: a row opens what without a script is a list behind the table.
  const opened = new Map();
  const homes = new Map();
  const rowsOf = (table) => [...table.tBodies[0].rows].filter((row) => !row.classList.contains("unfolded"));
  const fold = (opener) => {
    const row = opened.get(opener);
    if (!row) return;
    homes.get(opener.dataset.of).append(row.firstChild.firstChild);
    row.remove();
    opened.delete(opener);
    opener.setAttribute("aria-expanded", "false");
  };
  const unfold = (opener) => {
    // Another table may have it open.
    for (const other of [...opened.keys()]) if (other.dataset.of === opener.dataset.of) fold(other);
    const above = opener.closest("tr");
    const row = make("tr", { className: "unfolded" });
    row.insertCell().colSpan = above.cells.length;
    row.firstChild.append(document.getElementById(opener.dataset.of));
    above.after(row);
    opened.set(opener, row);
    opener.setAttribute("aria-expanded", "true");
  };
  const toggle = (opener) => (opened.has(opener) ? fold : unfold)(opener);
  const follow = (row) => opened.get(row.querySelector("button.open")) ?? null;

  for (const link of document.querySelectorAll("tbody th > a[href^='#']")) {
    const opener = button(link.textContent, () => toggle(opener), "open");
    opener.dataset.of = link.hash.slice(1);
    opener.setAttribute("aria-expanded", "false");
    opener.setAttribute("aria-controls", opener.dataset.of);
    link.replaceWith(opener);
  }
  for (const ledgers of document.querySelectorAll(".ledgers")) ledgers.hidden = true;
  for (const account of document.querySelectorAll(".account")) homes.set(account.id, account.parentElement);

  // Filters: one bar for the columns that tables share, and one for each long
  // list; both are kept in the address.
  const status = new Map(words.status.map((one) => [one.name, one]));
  const shared = words.filters.map((one) => ({ ...one, values: new Set() }));
  const chosen = new Map();
  let find = "";

  const tables = [...document.querySelectorAll(".scroll > table")].map((table) => {
    const block = table.closest(".block");
    const heads = [...table.tHead.rows[0].cells];
    const rows = [...table.tBodies[0].rows];
    const places = new Map(heads.map((head, at) => [head.dataset.c, at]));
    // Columns that are alike in all rows stand above the table.
    const fixed = new Map([...block.querySelectorAll("span[data-c]")]
      .map((one) => [one.dataset.c, one.dataset.v ?? ""]));
    const columns = new Map();
    const column = (name) => {
      if (!columns.has(name)) {
        const at = places.get(name);
        if (at !== undefined) columns.set(name, rows.map((row) => row.cells[at].textContent));
        else columns.set(name, fixed.has(name) ? rows.map(() => fixed.get(name)) : null);
      }
      return columns.get(name);
    };
    let texts = null;
    const contains = (wanted) => {
      // No word spans two cells.
      texts ??= rows.map((row) => [...row.cells].map((cell) => cell.textContent).join("\n").toLowerCase());
      const parts = wanted.toLowerCase().split(/\s+/).filter(Boolean);
      return (index) => parts.every((part) => texts[index].includes(part));
    };
    const bar = block.querySelector(".filter");
    return { table, block, heads, rows, bar, column, contains, own: new Map(), find: "", kept: new Set(rows) };
  });

  // Whether rows have a status, by their place; null if the table can't tell.
  const hasStatus = (of, name) => {
    const verdicts = of.column("verdict");
    if (!verdicts) return null;
    const one = status.get(name);
    if (!one) return (index) => verdicts[index] === name;
    const isOne = (index) => one.verdicts.includes(verdicts[index]);
    if (!one.used) return isOne;
    const [elapsed, limit] = [of.column("elapsed_s"), of.column("limit_s")];
    if (!elapsed || !limit) return null;
    return (index) => isOne(index) && numberOf(elapsed[index]) > one.used * numberOf(limit[index]);
  };
  const has = (of, filter, value) => {
    if (filter.name === "status") return hasStatus(of, value);
    const column = filter.columns.map(of.column).find(Boolean);
    return column ? (index) => column[index] === (value === "–" ? "" : value) : null;
  };

  const named = (filter, value) => say(words.pair, {
    name: filter.label,
    value: filter.name === "status" ? status.get(value)?.label ?? value : value,
  });

  // Of the rows that the filters keep, the first ones in the present order.
  const limit = (of, isPrinted = false) => {
    let shown = 0;
    for (const row of rowsOf(of.table)) {
      const isShown = isPrinted || (of.kept.has(row) && (!of.bar || of.isWhole || shown < MAX_SHOWN));
      if (isShown) shown += 1;
      if (row.hidden === isShown) row.hidden = !isShown;
      const below = follow(row);
      if (below) below.hidden = !isShown;
    }
    if (!of.bar) return;
    of.more.hidden = shown >= of.kept.size;
    of.more.textContent = say(words.more, { all: count(of.kept.size), shown: count(shown) });
  };

  // A filter of the bar above, for one list.
  const ofShared = (of, name, value) => {
    const filter = shared.find((one) => one.name === name);
    return { test: has(of, filter, value), text: named(filter, value) };
  };

  // Keeps what all filters keep, and says so; true if one from above applies.
  const apply = (of) => {
    const [tests, said, lacking] = [[], [], []];
    for (const filter of shared) {
      const value = chosen.get(filter.name);
      if (!value) continue;
      const test = has(of, filter, value);
      if (test) tests.push(test);
      (test ? said : lacking).push(test ? named(filter, value) : filter.label);
    }
    if (find) {
      tests.push(of.contains(find));
      said.push(say(words.text, { text: find }));
    }
    const isShared = tests.length > 0;
    if (of.find) {
      tests.push(of.contains(of.find));
      said.push(say(words.text, { text: of.find }));
    }
    for (const [name, value] of of.own) {
      const { test, text } = of.fields.get(name)?.judge(value) ?? ofShared(of, name, value);
      tests.push(test);
      said.push(text);
    }
    of.kept = tests.length
      ? new Set(of.rows.filter((_, index) => tests.every((test) => test(index))))
      : new Set(of.rows);
    limit(of);
    const rows = { rows: count(of.kept.size), all: count(of.rows.length), filters: list(said), columns: list(lacking) };
    const parts = [];
    if (said.length) parts.push(say(words.filtered, rows));
    else if (of.bar) parts.push(say(words.unfiltered, rows));
    const { total } = of.table.dataset;
    if (total && said.length) parts.push(say(words.cut, { ...rows, total: count(total) }));
    if (lacking.length) parts.push(say(words.lacking, rows));
    const text = parts.join(" ");
    if (!of.count && text) {
      of.count = make("p", { className: "count" });
      of.table.parentElement.before(of.count);
    }
    if (of.count && of.count.textContent !== text) of.count.textContent = text;
    if (of.clear) of.clear.disabled = !of.find && !of.own.size;
    return isShared;
  };

  const line = document.getElementById("filtered");
  const form = document.getElementById("filters");
  const controls = new Map();
  const applyAll = () => {
    // One line is read out, not that of each table.
    for (const of of tables) of.count?.setAttribute("aria-live", "off");
    let [rows, places] = [0, 0];
    for (const of of tables) {
      if (!apply(of)) continue;
      rows += of.kept.size;
      places += 1;
    }
    const said = shared.filter((one) => chosen.get(one.name)).map((one) => named(one, chosen.get(one.name)));
    if (find) said.push(say(words.text, { text: find }));
    const values = { filters: list(said), rows: count(rows), tables: count(places) };
    line.querySelector(".screen").textContent = said.length ? say(words.summary, values) : "";
    line.querySelector(".paper").textContent = said.length ? say(words.paper, values) : "";
    line.querySelector("button").hidden = !said.length;
    line.classList.toggle("on", said.length > 0);
  };

  const own = (of, name) => `${of.block.id}.${name}`;
  const store = (at = "") => {
    const query = new URLSearchParams();
    for (const [name, value] of chosen) if (value) query.set(name, value);
    if (find) query.set("q", find);
    for (const of of tables) {
      if (of.find) query.set(own(of, "q"), of.find);
      for (const [name, value] of of.own) query.set(own(of, name), value);
    }
    const text = query.toString();
    if (text && at) query.set("at", at);
    const address = `#${query}`;
    try { history.replaceState(null, "", address); } catch { location.replace(address); }
  };

  // A value that no row has is still what was asked for.
  const choose = (select, value) => {
    if (value && ![...select.options].some((option) => option.value === value)) select.add(new Option(value, value));
    select.value = value;
  };
  const load = (query) => {
    for (const { name } of shared) {
      chosen.set(name, query.get(name) ?? "");
      if (controls.has(name)) choose(controls.get(name), chosen.get(name));
    }
    find = query.get("q") ?? "";
    controls.get("q").value = find;
    for (const of of tables) {
      if (!of.bar) continue;
      of.find = query.get(own(of, "q")) ?? "";
      of.input.value = of.find;
      of.own.clear();
      for (const [name, field] of of.fields) {
        const value = query.get(own(of, name)) ?? "";
        if (value) of.own.set(name, value);
        field.show(value);
      }
      for (const filter of shared.filter(({ name }) => !of.fields.has(name))) {
        const value = query.get(own(of, filter.name));
        if (value && has(of, filter, value)) of.own.set(filter.name, value);
      }
    }
    applyAll();
  };

  const later = (input, then) => {
    let timer = 0;
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(then, 150);
    });
  };
  const optionsOf = (values) => [...values].sort(collator.compare)
    .map((value) => new Option(value || words.missing, value || "–"));
  const field = (text, control) => make("label", {}, make("span", { textContent: text }), control);

  const buildShared = () => {
    const bar = form.querySelector(".fields");
    for (const filter of shared) {
      for (const of of tables) for (const name of filter.columns) of.column(name)?.forEach((value) => filter.values.add(value));
      filter.values.delete("");
      const isStatus = filter.name === "status";
      if (filter.values.size < (isStatus ? 1 : 2)) continue;
      const select = make("select", {}, new Option(words.all, ""));
      if (isStatus) {
        const groups = words.status.filter((one) => one.verdicts.some((verdict) => filter.values.has(verdict)));
        select.append(
          ...groups.map((one) => new Option(one.label, one.name)),
          make("optgroup", { label: words.verdicts }, ...optionsOf(filter.values)),
        );
      } else select.append(...optionsOf(filter.values));
      select.addEventListener("change", () => {
        chosen.set(filter.name, select.value);
        applyAll();
        store();
      });
      controls.set(filter.name, select);
      bar.append(field(filter.label, select));
    }
    const input = make("input", { type: "search", autocomplete: "off", spellcheck: false });
    later(input, () => { find = input.value.trim(); applyAll(); store(); });
    controls.set("q", input);
    bar.append(field(words.find, input));
    const clear = () => { load(new URLSearchParams()); store(); bar.querySelector("select, input").focus(); };
    line.append(button(words.clear, clear));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.hidden = false;
  };

  const buildOwn = (of) => {
    const { bar, block, table, rows } = of;
    of.input = bar.querySelector("input");
    of.clear = bar.querySelector(".clear");
    of.count = bar.querySelector(".count");
    of.more = bar.querySelector(".more");
    of.fields = new Map();
    const changed = () => { of.count.setAttribute("aria-live", "polite"); apply(of); store(block.id); };
    const set = (name, value) => {
      if (value) of.own.set(name, value);
      else of.own.delete(name);
      of.fields.get(name).show(value);
      changed();
    };

    // Status as tabs, where it tells rows apart.
    const some = words.status.filter((one) => one.is_tab).map((one) => {
      const test = hasStatus(of, one.name);
      return [one, test ? rows.filter((_, index) => test(index)).length : 0];
    }).filter(([, size]) => size > 0 && size < rows.length);
    if (some.length) {
      const tabs = [["", words.every, rows.length], ...some.map(([one, size]) => [one.name, one.label, size])]
        .map(([name, text, size]) => {
          const tab = button(say(words.tab, { name: text, rows: count(size) }), () => set("status", name));
          tab.dataset.of = name;
          return tab;
        });
      const show = (value) => tabs.forEach((tab) => tab.setAttribute("aria-pressed", String(tab.dataset.of === value)));
      const holder = make("div", { className: "tabs" }, ...tabs);
      holder.setAttribute("role", "group");
      holder.setAttribute("aria-label", shared.find((one) => one.name === "status").label);
      bar.prepend(holder);
      show("");
      const text = (value) => status.get(value)?.label ?? value;
      of.fields.set("status", {
        show,
        judge: (value) => ({ test: hasStatus(of, value) ?? (() => false), text: text(value) }),
      });
    }

    // What the bar above doesn't have.
    const isShared = new Set(shared.flatMap((one) => one.columns));
    of.heads.forEach((head, at) => {
      const name = head.dataset.c;
      if (head.dataset.k !== "t" || at === 0 || isShared.has(name)) return;
      const values = new Set();
      for (const value of of.column(name)) {
        values.add(value);
        if (values.size > MAX_OPTIONS || value.length > MAX_OPTION) return;
      }
      if (values.size < 2 || values.size > rows.length / 2) return;
      const select = make("select", {}, new Option(words.all, ""), ...optionsOf(values));
      const text = head.textContent;
      select.addEventListener("change", () => set(name, select.value));
      bar.insertBefore(field(text, select), of.clear);
      of.fields.set(name, {
        show: (value) => choose(select, value),
        judge: (value) => ({
          test: (index) => of.column(name)[index] === (value === "–" ? "" : value),
          text: say(words.pair, { name: text, value }),
        }),
      });
    });

    const every = bar.querySelector(".unfold");
    every?.addEventListener("click", () => {
      const isOpen = every.getAttribute("aria-expanded") === "true";
      for (const opener of table.querySelectorAll("button.open")) if (opened.has(opener) === isOpen) toggle(opener);
      every.setAttribute("aria-expanded", String(!isOpen));
      every.textContent = isOpen ? words.open : words.close;
      limit(of);
    });
    of.more.addEventListener("click", () => { of.isWhole = true; limit(of); });
    later(of.input, () => { of.find = of.input.value.trim(); changed(); });
    of.clear.addEventListener("click", () => {
      of.find = of.input.value = "";
      for (const name of [...of.own.keys()]) of.fields.get(name)?.show("");
      of.own.clear();
      changed();
      of.input.focus();
    });
    bar.hidden = false;
  };

  for (const of of tables) if (of.bar) buildOwn(of);
  buildShared();

  // Sorting.
  const sortBy = (of, at, isDescending) => {
    const kind = of.heads[at].dataset.k;
    const keyed = rowsOf(of.table).map((row) => [keyOf(row.cells[at], kind), row]);
    const compare = kind === "n" ? (a, b) => a - b : collator.compare;
    keyed.sort(([a], [b]) => {
      // Rows without a value stay last either way.
      if (a === null || b === null) return (a === null) - (b === null);
      return isDescending ? compare(b, a) : compare(a, b);
    });
    of.table.tBodies[0].append(...keyed.flatMap(([, row]) => [row, follow(row)].filter(Boolean)));
    limit(of);
    of.heads.forEach((head, index) => {
      if (index === at) head.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
  };
  for (const of of tables) {
    if (of.rows.length < 2) continue;
    of.heads.forEach((head, at) => {
      head.replaceChildren(button(head.textContent, () => {
        const now = head.getAttribute("aria-sort");
        sortBy(of, at, now ? now === "ascending" : head.dataset.k === "n");
      }));
    });
  }

  // Paper has all rows, and says that a filter was on.
  addEventListener("beforeprint", () => { for (const of of tables) limit(of, true); });
  addEventListener("afterprint", () => { for (const of of tables) limit(of); });

  const restore = (isFirst) => {
    const address = location.hash.slice(1);
    const isFilter = address.includes("=");
    if (isFilter || isFirst === true) load(new URLSearchParams(isFilter ? address : ""));
    if (isFilter) {
      document.getElementById(new URLSearchParams(address).get("at"))?.scrollIntoView();
      return;
    }
    const opener = [...document.querySelectorAll("button.open")].find((one) => one.dataset.of === address);
    if (!opener) return;
    if (!opened.has(opener)) unfold(opener);
    // Rows begin below a heading that stays.
    opener.scrollIntoView({ block: "center" });
  };
  // Without a script such links lead to the whole table.
  for (const link of document.querySelectorAll("a[data-filter]")) {
    // Not `hash`, which would make the address absolute: a saved page would carry its place.
    link.setAttribute("href", `#${link.dataset.filter}&at=${link.hash.slice(1)}`);
  }
  addEventListener("hashchange", restore);
  restore(true);
})();
