/* Script network.js, made by cnnanalyze */
"use strict";
const result = page.data("result");
const extra = page.data("page");
const layers = result.layers;
const numberOf = new Map(layers.map((layer, i) => [layer.id, i]));
const exact = (n) => (n === null || n === undefined ? "?" : n.toLocaleString("en"));
const perAxis = (values) => (values.every((v) => v === values[0]) ? String(values[0] ?? "") : values.join("x"));
const read = (html) => new DOMParser().parseFromString(html, "text/html").body;
const written = one("noscript#rows");
const ROW = /<tr [^]*?(?=<tr |<tbody>|<\/tbody>|$)/g;
if (written) {
const text = written.textContent;
const [from, to] = [text.indexOf("<tbody>"), text.lastIndexOf("</tbody>")];
written.after(...read(`${text.slice(0, from)}<tbody></tbody>${text.slice(to)}`).children);
written.bodies = text.slice(from, to).split("<tbody>").slice(1).map((body) => body.match(ROW));
}
const table = one("#layer-table");
const heads = table.tHead.rows[0];
const keys = [...heads.cells].map((heading) => heading.dataset.key);
const bodies = [...table.tBodies];
class Row {
constructor(html, element = null) {
this.html = html;
this.element = element;
const number = element ? element.id.slice(1) : /^<tr id="?n(\d+)/.exec(html)?.[1];
this.index = number ? Number(number) : -1;
this.isGroup = element ? element.classList.contains("group") : /^<tr class="?group/.test(html);
this.line = (element ? one('a[href^="#L"]', element)?.hash.slice(1) : /href="?#(L[\w-]+)/.exec(html)?.[1]) ?? "";
this.within = []; // the rows of a group
this.group = null;
this.matches = true;
if (element) this.told = [...element.cells].map((cell) => cell.textContent.trim());
}
get layer() { return layers[this.index]; }
get cells() {
this.told ??= this.html.split(/<t[hd]\b[^>]*>/).slice(1).map((cell) => plain(cell).trim());
return this.told;
}
get text() {
this.words ??= `${this.layer.id} ${this.cells.join(" ")}`.toLowerCase();
return this.words;
}
}
function plain(html) {
const text = html.replace(/<[^>]*>/g, "");
return text.includes("&") ? read(text).textContent : text;
}
function elementsOf(wanted) {
const made = wanted.filter((row) => !row.element);
const parsed = made.length ? one("tbody", read(`<table><tbody>${made.map((row) => row.html).join("")}`)).rows : [];
[...parsed].forEach((element, k) => {
made[k].element = element;
dress(made[k]);
});
return wanted.map((row) => row.element);
}
const parts = written
? written.bodies.map((body) => body.map((html) => new Row(html.trim())))
: bodies.map((body) => [...body.rows].map((element) => new Row("", element)));
const entries = parts.flat();
const rows = entries.filter((row) => row.index >= 0);
const groups = entries.filter((row) => row.isGroup);
const rowOf = [];
for (const row of rows) rowOf[row.index] = row;
for (const [group, ...within] of parts) {
if (!group.isGroup) continue;
group.within = within;
within.forEach((row) => { row.group = group; });
}
const indexOf = (element) => Number(element.id.slice(1));
const field = (show) => (layer) => {
const told = Object.entries(layer.receptive_fields ?? {});
if (told.length < 2) return layer.receptive_field ? show(layer.receptive_field) : "?";
const said = told.map(([name, seen]) => [name, seen ? show(seen) : "?"]).filter(([, words]) => words !== "");
if (said.length && said.every(([, words]) => words === said[0][1])) return said[0][1] + (said.length > 1 ? " of each" : "");
return said.map(([name, words]) => `${words} of ${name}`).join(", ");
};
const fieldOf = (layer, name) => layer.receptive_fields?.[name] ?? layer.receptive_field;
const values = {
id: (layer) => layer.id,
kind: (layer) => layer.kind,
output: (layer) => layer.output.reduce((a, b) => a * b, 1),
parameters: (layer) => layer.parameters,
macs: (layer) => layer.macs,
activations: (layer) => layer.activations,
flops: (layer) => layer.flops,
weights: (layer) => layer.weights,
biases: (layer) => layer.biases,
live: (layer) => layer.live_activations,
input: (layer) => layer.input.map((shape) => shape.join("x")).join(" + "),
stride: field((seen) => perAxis(seen.stride)),
padding: field((seen) => perAxis(seen.padding.map((p) => p ?? "-"))),
centre: field((seen) => perAxis(seen.centre)),
minimal: field((seen) => perAxis(seen.min_size ?? seen.size)),
aligned: field((seen) => (seen.aligned ? "yes" : "no")),
fit: (layer) => {
if (!layer.fit) return "";
if (layer.fit.every((f) => f.exact)) return "exact";
return layer.fit.some((f) => f.unread) ? `unread ${perAxis(layer.fit.map((f) => f.unread))}` : "padding unread";
},
};
const shown = (value) => (typeof value === "number" || value === null ? exact(value) : String(value));
let sorted = null; // the rows in another order
let words = [];
const foldButton = one("#fold");
const filterBox = one("#layer-filter");
const count = one("#layer-count");
const FIRST_NUMBER = 3;
function sortLayers(heading, order) {
markSorted(table, heading, order);
table.classList.toggle("flat", order !== "none");
const key = heading.dataset.key;
const column = keys.indexOf(key);
const value = values[key] ? (row) => values[key](row.layer) : (row) => numberIn(row.cells[column]);
const sign = order === "descending" ? -1 : 1;
const empty = (v) => v === "" || v === "?" || v === null;
sorted = order === "none" ? null : rows
.map((row) => [value(row), row])
.sort(([a], [b]) => (empty(a) || empty(b) ? compare(a, b) : sign * compare(a, b)))
.map(([, row]) => row);
rows.forEach(nameRow);
if (written) look(0);
else if (sorted) bodies[0].append(...sorted.map((row) => row.element));
else for (const body of bodies) body.append(...body.original);
}
function nameRow(row) {
if (!row.element || row.index < 0) return;
const cell = row.element.cells[0];
(one("a", cell) ?? cell).textContent = sorted ? row.layer.id : row.cells[0];
}
function fold(group, folded) {
group.folded = folded;
showFold(group);
}
function showFold(group) {
if (!group.element) return;
if (!written) group.element.parentElement.classList.toggle("folded", group.folded);
one("button", group.element).setAttribute("aria-expanded", String(!group.folded));
}
function foldAll(folded) {
groups.forEach((group) => fold(group, folded));
foldButton.setAttribute("aria-pressed", String(folded));
look(0);
}
function dress(row) {
if (row.isGroup) {
const heading = row.element.cells[0];
const button = document.createElement("button");
button.type = "button";
button.append(...heading.childNodes);
heading.append(button);
button.addEventListener("click", () => {
fold(row, !row.folded);
look(first);
});
showFold(row);
}
added.forEach(([key]) => addCell(row.element, key));
nameRow(row);
}
function filterLayers() {
words = filterBox.value.toLowerCase().split(/\s+/).filter(Boolean);
let matches = 0;
for (const row of rows) {
row.matches = words.every((word) => (word.startsWith("line:") ? row.line.toLowerCase() === word.slice(5) : row.text.includes(word)));
matches += row.matches;
}
if (words.length) groups.forEach((group) => fold(group, false));
count.textContent = words.length ? `${exact(matches)} of ${exact(rows.length)} layers` : "";
look(0);
}
const PORTION = 150;
let view = [];
let first = 0;
let last = 0;
function look(at) {
if (!written) {
for (const row of rows) row.element.hidden = !row.matches;
for (const group of groups) group.element.hidden = words.length > 0 && !group.within.some((row) => row.matches);
return;
}
view = sorted ? sorted.filter((row) => row.matches) : entries.filter((row) => (
row.isGroup ? row.within.some((of) => of.matches) : row.matches && !row.group?.folded));
first = Math.max(0, Math.min(at, view.length - PORTION));
last = Math.min(view.length, first + PORTION);
bodies[0].replaceChildren(edge(true), ...elementsOf(view.slice(first, last)), edge(false));
showEdges();
}
function edge(before) {
const row = document.createElement("tr");
row.className = "edge";
const cell = document.createElement("td");
cell.colSpan = keys.length + added.length;
const button = document.createElement("button");
button.type = "button";
button.addEventListener("click", () => more(before));
cell.append(button);
row.append(cell);
return row;
}
const edges = () => [bodies[0].firstElementChild, bodies[0].lastElementChild];
function showEdges() {
[first, view.length - last].forEach((hidden, k) => {
const row = edges()[k];
row.hidden = hidden === 0;
one("button", row).textContent = `${exact(hidden)} ${k ? "more" : "earlier"} rows`;
});
}
function more(before) {
const [upper, lower] = edges();
if (before) {
const from = Math.max(0, first - PORTION);
const box = table.closest(".scroll");
const height = table.offsetHeight;
upper.after(...elementsOf(view.slice(from, first)));
first = from;
box.scrollTop += table.offsetHeight - height; // what was in sight stays there
} else {
const to = Math.min(view.length, last + PORTION);
lower.before(...elementsOf(view.slice(last, to)));
last = to;
}
showEdges();
}
const added = [];
const choices = one("#columns .choices");
function addCell(element, key) {
const cell = document.createElement("td");
cell.dataset.of = key;
if (element.id) cell.textContent = shown(values[key](layers[indexOf(element)]));
element.insertBefore(cell, element.lastElementChild);
}
function addColumn(column) {
const [key, title] = column;
added.push(column);
const heading = document.createElement("th");
heading.scope = "col";
heading.dataset.key = key;
heading.textContent = title;
heading.classList.add("n");
heads.insertBefore(heading, heads.lastElementChild);
addSortButton(heading, sortLayers);
for (const row of entries) if (row.element) addCell(row.element, key);
addCell(table.tFoot.rows[0], key);
widenEdges();
}
function removeColumn([key]) {
added.splice(added.findIndex((column) => column[0] === key), 1);
for (const row of entries) if (row.element) one(`td[data-of="${key}"]`, row.element).remove();
all(`th[data-key="${key}"], td[data-of="${key}"]`, table).forEach((cell) => cell.remove());
widenEdges();
}
function widenEdges() {
all(".edge td", table).forEach((cell) => { cell.colSpan = keys.length + added.length; });
}
for (const column of extra.columns) {
const label = document.createElement("label");
const box = document.createElement("input");
box.type = "checkbox";
box.dataset.column = column[0];
box.addEventListener("change", () => (box.checked ? addColumn(column) : removeColumn(column)));
label.append(box, ` ${column[1]}`);
label.title = column[2];
choices.append(label);
}
document.addEventListener("click", (event) => {
const menu = one("#columns");
if (menu.open && !menu.contains(event.target)) menu.open = false;
});
[...heads.cells].forEach((heading, i) => {
heading.classList.toggle("n", i >= FIRST_NUMBER);
addSortButton(heading, sortLayers);
});
for (const body of bodies) body.original = [...body.rows];
groups.forEach((group) => { group.folded = extra.folded; });
entries.filter((row) => row.element).forEach(dress);
foldButton.hidden = !groups.length;
foldButton.addEventListener("click", () => foldAll(foldButton.getAttribute("aria-pressed") === "false"));
foldAll(extra.folded);
page.copied["layer-table"] = () => ({
heads: [...heads.cells].map((heading) => heading.textContent.trim()),
rows: (sorted ?? rows).filter((row) => row.matches).map((row) => [
row.layer.id, ...row.cells.slice(1, -1), ...added.map(([key]) => shown(values[key](row.layer))), row.cells.at(-1),
]),
data: result,
});
filterBox.addEventListener("input", filterLayers);
page.keys.e = () => foldButton.click();
if (written) {
const near = new IntersectionObserver((seen) => {
for (const { isIntersecting, target } of seen) if (isIntersecting && !target.hidden) more(target === edges()[0]);
}, { root: table.closest(".scroll"), rootMargin: "200px 0px" });
const watch = () => { near.disconnect(); edges().forEach((row) => near.observe(row)); };
new MutationObserver(watch).observe(bodies[0], { childList: true });
watch();
let before = [0, 0];
addEventListener("beforeprint", () => {
before = [first, last];
while (first > 0) more(true);
while (last < view.length) more(false);
});
addEventListener("afterprint", () => look(before[0]));
}
{
const batch = one("#what-if-batch");
const dtype = one("#what-if-dtype");
const binary = (bytes) => {
const power = bytes < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10));
return `${Number((bytes / 1024 ** power).toPrecision(4))} ${["bytes", "KiB", "MiB", "GiB", "TiB"][power]}`;
};
const tell = () => {
const [images, each] = [2 ** Number(batch.value), Number(dtype.value)];
const weights = result.totals.stored * each;
const peak = result.memory.peak_activations * each * images;
one("#what-if-images").textContent = exact(images);
one("#what-if-told").textContent = `weights ${binary(weights)}, live activations at most ${binary(peak)}, `
+ `together ${binary(weights + peak)} (${exact(weights + peak)} bytes); ${exact(result.totals.macs * images)} MACs.`;
};
batch.value = String(Math.round(Math.log2(result.memory.batch)));
batch.addEventListener("input", tell);
dtype.addEventListener("change", tell);
tell();
}
{
const table = one("#variants-table");
const stops = new Map();
for (const row of table?.tBodies[0].rows ?? []) {
const { of, own } = row.dataset;
const [layers, parameters, , macs, , activations] = [...row.cells].slice(1).map((cell) => numberIn(cell.textContent));
const value = row.cells[0].textContent.slice(of.length + 3);
if (!stops.has(of)) {
const { totals } = result;
stops.set(of, [{ value: own, layers: result.layers.length, parameters: totals.parameters, macs: totals.macs, activations: totals.activations, isOwn: true }]);
}
stops.get(of).push({ value, layers, parameters, macs, activations });
}
const box = document.createElement("div");
box.className = "sliders";
for (const [name, found] of stops) {
found.sort((a, b) => compare(numberIn(a.value), numberIn(b.value)));
const [own] = found.filter((stop) => stop.isOwn);
const label = document.createElement("label");
const code = document.createElement("code");
code.textContent = name;
const slider = document.createElement("input");
Object.assign(slider, { type: "range", min: 0, max: found.length - 1, step: 1 });
slider.value = String(found.indexOf(own));
slider.dataset.parameter = name;
const output = document.createElement("output");
const times = (key, stop) => (own[key] ? ` (×${(stop[key] / own[key]).toFixed(3)})` : "");
const tell = () => {
const stop = found[Number(slider.value)];
slider.setAttribute("aria-valuetext", `${stop.value}${stop.isOwn ? ", as here" : ""}`);
output.textContent = `${stop.value}${stop.isOwn ? ", as here" : ""}: ${exact(stop.layers)} layers, `
+ ["parameters", "MACs", "activations"].map((words) => `${exact(stop[words.toLowerCase()])} ${words}${stop.isOwn ? "" : times(words.toLowerCase(), stop)}`).join(", ");
};
slider.addEventListener("input", tell);
tell();
label.append(code, slider);
box.append(label, output);
}
if (stops.size) table.closest(".scroll").before(box);
}
function bring(i) {
const row = rowOf[i];
if (!row) return null;
if (!row.matches) {
filterBox.value = "";
filterLayers();
}
if (row.group?.folded && !sorted) {
fold(row.group, false);
if (written) look(first);
}
if (written) {
const at = view.indexOf(row);
if (at < first || at >= last) look(at - (PORTION >> 1));
}
return row.element;
}
function reveal(i) {
page.go(bring(i));
}
page.rows = () => [...table.tBodies].flatMap((body) => [...body.rows])
.filter((row) => row.id && !row.hidden && row.offsetParent !== null);
page.arrived.push((row) => {
all(".at-line").forEach((line) => line.classList.remove("at-line"));
const line = document.getElementById(rowOf[indexOf(row)].line);
line?.classList.add("at-line");
document.dispatchEvent(new CustomEvent("layer", { detail: { index: indexOf(row), id: layers[indexOf(row)].id } }));
});
table.addEventListener("click", (event) => {
const row = event.target.closest('tr[id^="n"]');
if (row && !event.target.closest("a, button")) page.go(row);
});
page.keys.Enter = () => {
if (document.activeElement?.closest("a, button, summary, select")) return;
if (!one("tr.at", table)) return;
(one("#drawing") ?? one("#field"))?.scrollIntoView({ block: "start" });
one("#drawing .chosen")?.scrollIntoView({ block: "nearest", inline: "nearest" });
};
function arrive() {
const [, place, i] = /^#([na])(\d+)$/.exec(location.hash) ?? [];
if (place === "n") reveal(Number(i));
if (place === "a") (document.getElementById(`a${i}`) ?? {}).open = true;
}
addEventListener("hashchange", arrive);
arrive();
const readers = {};
for (const layer of layers) for (const source of layer.inputs) readers[source] = layer.id;
for (const name of result.outputs) readers[name] = layers.at(-1).id;
function held(layer) {
const last = readers[layer.id] ?? layer.id;
return `${layer.id}: ${exact(layer.activations)} activations, held ${last === layer.id ? "at this layer alone" : `until ${last}`}`;
}
function describe(mark, quantity) {
const layer = layers[mark.dataset.i];
if (!layer || one("title", mark)) return;
const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
const total = result.totals[quantity];
const chart = mark.closest("figure")?.id;
const seen = fieldOf(layer, chart?.replace("chart-fields-", ""));
title.textContent = chart === "chart-memory" ? held(layer) : quantity
? `${layer.id}: ${exact(layer[quantity])} ${quantity}, ${((100 * layer[quantity]) / total).toFixed(1)} %`
: `${layer.id}: field ${perAxis(seen.size)}${seen.sees_all ? ", and everything besides" : ""}`;
mark.append(title);
}
for (const chart of all("#charts svg")) {
const quantity = chart.closest("[data-treemap]")?.dataset.treemap;
chart.addEventListener("pointerover", (event) => {
const mark = event.target.closest("[data-i]");
if (mark) describe(mark, quantity);
});
chart.addEventListener("click", (event) => {
const mark = event.target.closest("[data-i]");
if (mark) reveal(Number(mark.dataset.i));
});
}
one("#source").addEventListener("click", (event) => {
const link = event.target.closest("a[data-line]");
if (!link) return;
event.preventDefault();
filterBox.value = `line:${link.dataset.line}`;
filterLayers();
one("#layers").scrollIntoView();
});
