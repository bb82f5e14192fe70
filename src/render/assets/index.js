// Leads on to the report that a page's list of periods asked for, or says that there is none.
(() => {
"use strict";
if (location.search !== "?open" || !location.hash.startsWith("#r-")) return;
const row = document.getElementById(location.hash.slice(1));
if (row) {
location.replace(row.querySelector("a").href);
return;
}
const note = document.getElementById("absent");
for (const name of note.querySelectorAll("b")) name.textContent = location.hash.slice(3);
note.hidden = false;
})();
