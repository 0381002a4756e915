/* Script script.js, made by cnnanalyze */
"use strict";
const root = document.documentElement;
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
root.classList.add("scripted");
const page = { rows: () => [], arrived: [], keys: {}, copied: {}, limits: new Map() };
page.data = (id) => {
const given = page.given?.[id] ?? JSON.parse(document.getElementById(id).textContent);
return given.layers?.rows ? { ...given, layers: rowsOf(given.layers) } : given;
};
function rowsOf({ rows, keys, alike }) {
const found = objectsOf(keys, rows);
valuesOf(alike, rows).forEach((shared, i) => Object.assign(found[i], shared));
found.forEach((row, i) => {
row.inputs = row.inputs.map((source) => (typeof source === "number" ? found[i - source].id : source));
});
return found;
}
function objectsOf(keys, count) {
const found = Array.from({ length: count }, () => ({}));
for (const [key, column] of Object.entries(keys)) {
valuesOf(column, count).forEach((value, i) => { if (value !== undefined) found[i][key] = value; });
}
return found;
}
function valuesOf(column, count) {
if (Array.isArray(column)) return column;
if (column.keys) return objectsOf(column.keys, count);
if (column.at) {
const distinct = valuesOf(column.of, 1 + column.at.reduce((most, i) => Math.max(most, i), -1));
return column.at.map((i) => distinct[i]);
}
if (column.paths) {
const found = [];
for (let k = 0, before = ""; k < column.paths.length; k += 2) {
before = before.slice(0, column.paths[k]) + column.ends[column.paths[k + 1]];
found.push(before);
}
return found;
}
return Array(count).fill(column.all);
}
page.read = () => new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
page.write = (chosen) => {
const text = new URLSearchParams(chosen).toString();
history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
};
{
const themes = ["auto", "light", "dark"];
const button = one("#theme");
const show = (theme) => {
root.dataset.theme = theme;
one("span", button).textContent = theme;
document.dispatchEvent(new Event("theme"));
};
let kept = null;
try { kept = localStorage.getItem("cnnanalyze-theme"); } catch { /* no storage: no memory */ }
show(themes.includes(kept) ? kept : "auto");
button.addEventListener("click", () => {
const next = themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length];
show(next);
try { localStorage.setItem("cnnanalyze-theme", next); } catch { /* no storage: no memory */ }
});
page.keys.t = () => button.click();
}
{
const help = one("#help");
one("#keys").addEventListener("click", () => help.showModal());
one("#close-help").addEventListener("click", () => help.close());
help.addEventListener("click", (event) => { if (event.target === help) help.close(); });
page.keys["?"] = () => (help.open ? help.close() : help.showModal());
}
const cellValue = (cell) => numberIn((cell?.dataset.value ?? cell?.textContent ?? "").trim());
function numberIn(text) {
const number = Number(text.replace(/[,\s]|\+all$/g, "") || NaN);
return Number.isNaN(number) ? text : number;
}
function compare(a, b) {
const empty = (v) => v === "" || v === "?" || v === null || v === undefined;
if (empty(a) || empty(b)) return empty(a) - empty(b);
if (typeof a === typeof b) return typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true });
return typeof a === "number" ? -1 : 1;
}
function nextOrder(heading) {
const orders = heading.classList.contains("n")
? ["descending", "ascending", "none"] : ["ascending", "descending", "none"];
return orders[(orders.indexOf(heading.getAttribute("aria-sort") ?? "none") + 1) % orders.length];
}
function markSorted(table, heading, order) {
all("th[aria-sort]", table).forEach((th) => th.setAttribute("aria-sort", "none"));
heading.setAttribute("aria-sort", order);
}
function addSortButton(heading, onSort) {
const button = document.createElement("button");
button.type = "button";
button.append(...heading.childNodes);
heading.append(button);
heading.setAttribute("aria-sort", "none");
button.addEventListener("click", () => onSort(heading, nextOrder(heading)));
}
function makeSortable(table) {
const body = table.tBodies[0];
const original = [...body.rows];
const sort = (heading, order) => {
markSorted(table, heading, order);
const column = heading.cellIndex;
const sign = order === "descending" ? -1 : 1;
const rows = order === "none" ? original : original
.map((row) => [cellValue(row.cells[column]), row])
.sort(([a], [b]) => (a === "" || b === "" ? compare(a, b) : sign * compare(a, b)))
.map(([, row]) => row);
body.append(...rows);
};
all("thead th", table).forEach((heading) => addSortButton(heading, sort));
}
function makeFilter(input) {
const table = document.getElementById(input.dataset.filter);
const count = one(`[data-count="${input.dataset.filter}"]`);
input.addEventListener("input", () => {
const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
let every = 0;
let shown = 0;
for (const body of table.tBodies) {
const group = one("tr.group", body);
const named = group?.textContent.toLowerCase() ?? "";
const rows = [...body.rows].filter((row) => row !== group);
const before = shown;
for (const row of rows) {
const text = `${named} ${row.textContent.toLowerCase()}`;
row.hidden = !words.every((word) => text.includes(word)) || !(page.limits.get(table)?.(row) ?? true);
shown += !row.hidden;
}
every += rows.length;
if (group) group.hidden = shown === before;
}
if (count) count.textContent = words.length || shown < every ? `${shown} of ${every}` : "";
});
}
all("table[data-sortable]").forEach(makeSortable);
all("input[data-filter]").forEach(makeFilter);
page.rows = () => all("table[data-main] tbody tr:not(.group)").filter((row) => !row.hidden);
page.go = (row) => {
if (!row) return;
all("tr.at").forEach((other) => other.classList.remove("at"));
row.classList.add("at");
row.scrollIntoView({ block: "nearest" });
page.arrived.forEach((tell) => tell(row));
};
function step(by) {
const rows = page.rows();
const at = rows.findIndex((row) => row.classList.contains("at"));
page.go(rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))]);
}
page.keys.j = () => step(1);
page.keys.p = () => one('a.way[rel="prev"]')?.click();
page.keys.n = () => one('a.way[rel="next"]')?.click();
page.keys.g = () => one("a.way")?.click();
page.keys.k = () => step(-1);
page.keys["/"] = page.keys.f = () => {
const box = one("[data-filter-box]") ?? one("input[data-filter]");
box?.focus();
box?.select();
};
document.addEventListener("keydown", (event) => {
if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
const typing = event.target.matches("input:not([type=radio]):not([type=checkbox]), select, textarea");
if (typing) {
if (event.key === "Escape") event.target.blur();
return;
}
if (one("dialog[open]") && event.key !== "?") return;
if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
const action = page.keys[event.key];
if (action) {
event.preventDefault();
action(event);
}
});
addEventListener("beforeprint", () => {
for (const part of all("details:not([open])")) {
part.dataset.folded = "";
part.open = true;
}
});
addEventListener("afterprint", () => {
for (const part of all("details[data-folded]")) {
delete part.dataset.folded;
part.open = false;
}
});
