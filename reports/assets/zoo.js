/* Script zoo.js, made by cnnanalyze */
"use strict";
{
const rows = all("#zoo-table tbody tr");
const dots = all(".dots > *");
const rowOfDot = new Map(rows.filter((row) => row.dataset.dot !== "").map((row) => [row.dataset.dot, row]));
const words = one("#zoo-filter");
const family = one("#zoo-family");
const from = one("#zoo-from");
const to = one("#zoo-to");
const area = one("#zoo-area");
const fit = one("#zoo-fit");
const told = one("#zoo-told");
const count = one("#zoo-count");
const controls = { q: words, family, from, to, area };
const usual = Object.fromEntries(Object.entries(controls).filter(([, c]) => c).map(([key, c]) => [key, c.value]));
const isWanted = (row) => {
const texts = words.value.toLowerCase().split(/\s+/).filter(Boolean);
if (family.value && row.dataset.family !== family.value) return false;
if (!texts.every((text) => row.dataset.search.includes(text))) return false;
if (!from || (from.value === from.min && to.value === to.max)) return true;
return row.dataset.year !== "" && +row.dataset.year >= +from.value && +row.dataset.year <= +to.value;
};
const filter = () => {
resize();
for (const input of [from, to]) if (input) one("output", input.parentElement).textContent = input.value;
let shown = 0;
for (const row of rows) {
row.hidden = !isWanted(row);
shown += !row.hidden;
}
for (const dot of dots) dot.classList.toggle("out", rowOfDot.get(dot.dataset.dot).hidden);
count.textContent = shown === rows.length ? "" : `${shown} of ${rows.length}`;
rove();
draw();
};
const resize = () => {
const value = (dot) => Number(rowOfDot.get(dot.dataset.dot).dataset[area.value] ?? 0);
const most = Math.max(...dots.map(value), 1);
for (const dot of dots) {
one("circle", dot).setAttribute("r", area.value ? Math.max(3, 17 * Math.sqrt(value(dot) / most)).toFixed(1) : "5");
}
};
const svg = one(".cost-plot");
const [left, top, right, bottom] = svg.dataset.frame.split(" ").map(Number);
const draw = () => {
svg.classList.toggle("fitted", fit.checked);
const given = (fit.checked ? seen() : dots).map((dot) => rowOfDot.get(dot.dataset.dot).dataset);
if (given.length) {
const x = scale(given.map((row) => Number(row.parameters)), left, right);
const y = scale(given.map((row) => Number(row.macs)), bottom, top);
for (const dot of dots) {
const row = rowOfDot.get(dot.dataset.dot).dataset;
one("circle", dot).setAttribute("cx", x.at(row.parameters).toFixed(1));
one("circle", dot).setAttribute("cy", y.at(row.macs).toFixed(1));
}
one(".grid", svg).setAttribute("d", x.ticks.map(([at]) => `M${at} ${top}V${bottom}`).join("")
+ y.ticks.map(([at]) => `M${left} ${at}H${right}`).join(""));
one(".ticks", svg).replaceChildren(
...x.ticks.map(([at, words]) => text(words, at, bottom + 17, "middle")),
...y.ticks.map(([at, words]) => text(words, left - 7, at + 4, "end")),
);
}
name();
};
function scale(values, start, end) {
const low = Math.log10(Math.min(...values)) - 0.12;
const high = Math.log10(Math.max(...values)) + 0.12;
const at = (value) => start + ((end - start) * (Math.log10(value) - low)) / (high - low);
const steps = high - low > 2 ? [1] : high - low > 1 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 8];
const ticks = [];
for (let power = Math.floor(low); power <= high; power++) {
for (const step of steps) {
const value = step * 10 ** power;
if (Math.log10(value) >= low && Math.log10(value) <= high) ticks.push([at(value).toFixed(1), short(value)]);
}
}
return { at, ticks };
}
const short = (value) => {
const power = Math.min(Math.max(Math.floor(Math.log10(value) / 3 + 1e-9), 0), 5);
return `${Number((value / 1000 ** power).toPrecision(3))}${["", " k", " M", " G", " T", " P"][power]}`;
};
function text(words, x, y, anchor) {
const made = document.createElementNS("http://www.w3.org/2000/svg", "text");
made.textContent = words;
Object.entries({ x, y, "text-anchor": anchor }).forEach(([key, value]) => made.setAttribute(key, value));
return made;
}
const layer = one(".labels");
const written = [...layer.children].map((label) => label.dataset.dot);
const titleOf = (dot) => rowOfDot.get(dot.dataset.dot).cells[0].textContent;
const meet = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
function name() {
const shown = seen();
const at = new Map(shown.map((dot) => [dot, [...place(dot), Number(one("circle", dot).getAttribute("r"))]]));
const taken = [...at.values()].map(([x, y, r]) => [x - Math.max(2.5, 0.7 * r), y - Math.max(2.5, 0.7 * r), x + Math.max(2.5, 0.7 * r), y + Math.max(2.5, 0.7 * r)]);
const rank = (dot) => (written.indexOf(dot.dataset.dot) + 1) || Infinity;
layer.replaceChildren();
for (const dot of [...shown].sort((a, b) => rank(a) - rank(b) || 0)) {
const [x, y, r] = at.get(dot);
const label = text(titleOf(dot), 0, 0, "start");
label.classList.toggle("own", one("circle", dot).classList.contains("own"));
layer.append(label);
const wide = label.getComputedTextLength();
const spot = [[x + r + 3, y + 4], [x - r - 3 - wide, y + 4], [x - wide / 2, y - r - 4], [x - wide / 2, y + r + 11]]
.find(([start, base]) => {
const box = [start, base - 9, start + wide, base + 3];
return box[0] >= left && box[1] >= top - 8 && box[2] <= right && box[3] <= bottom && !taken.some((other) => meet(box, other));
});
if (!spot) {
label.remove();
continue;
}
taken.push([spot[0], spot[1] - 9, spot[0] + wide, spot[1] + 3]);
label.setAttribute("x", spot[0].toFixed(1));
label.setAttribute("y", spot[1].toFixed(1));
}
}
const change = () => {
filter();
page.write(Object.fromEntries(Object.entries(usual).filter(([key, value]) => controls[key].value !== value)
.map(([key]) => [key, controls[key].value])));
};
const seen = () => dots.filter((dot) => !dot.classList.contains("out"));
const rove = (chosen = one('.dots > [tabindex="0"]:not(.out)') ?? seen()[0]) => {
for (const dot of dots) dot.setAttribute("tabindex", dot === chosen ? "0" : "-1");
};
const place = (dot) => ["cx", "cy"].map((key) => Number(one("circle", dot).getAttribute(key)));
const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const tell = (dot) => {
dots.forEach((other) => other.classList.toggle("at", other === dot));
told.textContent = dot.getAttribute("aria-label");
};
one(".dots").addEventListener("keydown", (event) => {
const dot = event.target.closest("[data-dot]");
const step = steps[event.key];
if (!dot || !step) return;
event.preventDefault();
const [x, y] = place(dot);
let best = null;
let least = Infinity;
for (const other of seen()) {
const [dx, dy] = [place(other)[0] - x, place(other)[1] - y];
const along = dx * step[0] + dy * step[1];
const across = Math.abs(dx * step[1]) + Math.abs(dy * step[0]);
if (other !== dot && along > 0 && along >= across / 2 && along + 2 * across < least) {
best = other;
least = along + 2 * across;
}
}
if (best) {
rove(best);
best.focus();
}
});
for (const dot of dots) {
dot.addEventListener("pointerenter", () => tell(dot));
dot.addEventListener("focus", () => tell(dot));
if (dot.localName !== "a") dot.addEventListener("click", () => page.go(rowOfDot.get(dot.dataset.dot)));
}
for (const control of [words, family, from, to, area, fit]) control?.addEventListener("input", change);
const arrive = () => {
const state = page.read();
for (const [key, value] of Object.entries(usual)) controls[key].value = state.get(key) ?? value;
filter();
const row = state.has("at") && document.getElementById(`zoo-${state.get("at")}`);
if (!row) return;
row.classList.add("at");
const dot = dots.find((other) => other.dataset.dot === row.dataset.dot);
if (dot) {
rove(dot);
tell(dot);
}
};
addEventListener("hashchange", arrive);
arrive();
const region = svg.closest(".scroll");
region.scrollLeft = region.scrollWidth;
}
