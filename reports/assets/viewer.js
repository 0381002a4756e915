/* Script viewer.js, made by cnnanalyze */
"use strict";
{
const box = one("#viewer");
if (box && extra.viewer) startViewer(box);
}
function startViewer(box) {
const { maps } = extra.viewer;
const inputs = Object.keys(extra.viewer.reads);
const choice = one("#viewer-input");
const select = one("#viewer-layer");
const canvas = one("#viewer-canvas");
const facts = one("#viewer-facts");
const outside = one("#viewer-outside");
const pictures = one("#viewer-picture");
const file = one("#viewer-file");
const nested = one("#viewer-nested");
const play = one("#viewer-play");
const sliders = [];
const NONE = null;
let name, extents, rank, axes, reads, sources, depends, offered, height, width;
function look(input) {
name = input;
extents = (result.inputs?.[name] ?? result.input).slice(0, -1);
rank = extents.length;
axes = rank === 1 ? ["position"] : rank === 2 ? ["row", "column"] : ["frame", "row", "column"];
reads = extra.viewer.reads[name];
depends = [];
sources = layers.map((layer, i) => {
const own = layer.inputs.map((id) => {
const at = numberOf.get(id);
if (at === undefined) return id === name ? -1 : NONE;
return depends[at] ? at : NONE;
});
depends[i] = own.some((s) => s !== NONE);
return own;
});
const known = [];
layers.forEach((layer, i) => {
known[i] = reads[i] !== null && sources[i].every((s) => s === NONE || s < 0 || known[s]);
});
const placed = layers.map((_, i) => i).filter((i) => depends[i] && known[i] && layers[i].output.length === rank + 1);
offered = placed.filter((i) => reads[i] || sources[i].length > 1);
if (!offered.length) offered = placed;
height = rank === 1 ? Math.max(1, Math.round(extents[0] / 8)) : extents[rank - 2];
width = extents[rank - 1];
select.replaceChildren(...offered.map((i) => new Option(layers[i].id, String(i))));
const local = offered.filter((i) => fieldOf(layers[i], name)?.stride.some((by) => by !== 0));
if (offered.length) select.value = String(local.at(-1) ?? offered.at(-1));
}
const unitsOf = (i) => (i < 0 ? extents : layers[i].output.length === rank + 1 ? layers[i].output.slice(0, -1) : extents.map(() => 1));
const range = (from, to, by = 1) => {
const found = [];
for (let i = from; i <= to; i += by) found.push(i);
return found;
};
function taps(map, o, n) {
const [letter, a, b, c, d] = map ?? ["w", 1, 1, 1, 0];
switch (letter) {
case "w": case "c": return range(o * b - d, o * b - d + c * (a - 1), c);
case "t": return range(0, a - 1).reverse().map((j) => o + d - c * j).filter((at) => at % b === 0).map((at) => at / b);
case "s": {
const at = o * a + c;
const low = Math.floor(at / b);
return at === low * b ? [low] : range(low - Math.max(d / 2 - 1, 0), low + Math.floor(d / 2));
}
case "b": return range(Math.floor((o * a) / b), Math.ceil(((o + 1) * a) / b) - 1);
case "k": {
const first = o - (((o - b) % a) + a) % a;
if (c && o >= b + c * a) return [];
return range(first, first + a - 1);
}
case "g": return [map[2 + o]];
case "p": return range(0, o);
default: return range(0, n - 1);
}
}
function inside(map, o, n) {
if (map?.[0] !== "c") return taps(map, o, n).filter((i) => i >= 0 && i < n);
return [...new Set(taps(map, o, n).map((i) => continued(map[5], i, n)))];
}
function continued(border, i, n) {
if (border === "replicate") return Math.min(Math.max(i, 0), n - 1);
const turn = border === "circular" ? n : Math.max(2 * (n - 1), 1);
const at = ((i % turn) + turn) % turn;
return at < n ? at : turn - at;
}
const axesOf = (i, k) => (reads[i] ? reads[i][k].map((m) => maps[m]) : extents.map(() => undefined));
const isPoint = (map) => !map || (map[0] === "w" && map[1] === 1 && map[2] === 1 && map[4] === 0);
function backAlong(part, axis, map, n) {
const size = part.size.slice();
size[axis] = n;
const to = new Float64Array(size.reduce((a, b) => a * b, 1));
const inner = part.size.slice(axis + 1).reduce((a, b) => a * b, 1);
const outer = part.size.slice(0, axis).reduce((a, b) => a * b, 1);
for (let o = 0; o < part.size[axis]; o += 1) {
let used = false;
for (let u = 0; u < outer && !used; u += 1) {
const from = (u * part.size[axis] + o) * inner;
for (let v = 0; v < inner && !used; v += 1) used = part.data[from + v] !== 0;
}
if (!used) continue;
for (const i of inside(map, o, n)) {
for (let u = 0; u < outer; u += 1) {
const from = (u * part.size[axis] + o) * inner;
const at = (u * n + i) * inner;
for (let v = 0; v < inner; v += 1) to[at + v] += part.data[from + v];
}
}
}
return { size, data: to };
}
function back(part, own, size) {
let found = part;
own.forEach((map, axis) => {
if (!isPoint(map) || found.size[axis] !== size[axis]) found = backAlong(found, axis, map, size[axis]);
});
return found;
}
function add(parts, i, part) {
const there = parts.get(i);
if (!there) {
parts.set(i, { size: part.size, data: part.data.slice() });
return;
}
for (let v = 0; v < part.data.length; v += 1) there.data[v] += part.data[v];
}
const LARGE = 1e250;
function pathsTo(target, unit) {
const size = unitsOf(target);
const data = new Float64Array(size.reduce((a, b) => a * b, 1));
data[unit.reduce((at, u, a) => at * size[a] + u, 0)] = 1;
const parts = new Map([[target, { size, data }]]);
for (let i = target; i >= 0; i -= 1) {
const part = parts.get(i);
if (!part) continue;
parts.delete(i);
sources[i].forEach((source, k) => {
if (source === NONE) return;
const own = axesOf(i, k);
const to = unitsOf(source);
if (own.some((map) => map?.[0] === "e")) {
add(parts, source, part);
add(parts, source, back(part, own.map(() => ["a"]), to));
} else {
add(parts, source, back(part, own, to));
}
});
if (part.data.some((v) => v > LARGE)) for (const p of parts.values()) p.data.forEach((v, at) => { p.data[at] = v / LARGE; });
}
return parts.get(-1) ?? { size: extents, data: new Float64Array(extents.reduce((a, b) => a * b, 1)) };
}
function theory(target, unit) {
return extents.map((_, axis) => {
const ends = new Map([[target, [unit[axis], unit[axis]]]]);
for (let i = target; i >= 0; i -= 1) {
const own = ends.get(i);
if (!own) continue;
sources[i].forEach((source, k) => {
if (source === NONE) return;
const map = axesOf(i, k)[axis];
const n = unitsOf(source)[axis];
let [low, high] = [undefined, undefined];
for (let o = own[0]; o <= own[1] && low === undefined; o += 1) low = taps(map, o, n)[0];
for (let o = own[1]; o >= own[0] && high === undefined; o -= 1) high = taps(map, o, n).at(-1);
if (low === undefined) return;
if (map?.[0] === "e") [low, high] = [Math.min(0, own[0]), Math.max(n - 1, own[1])];
const before = ends.get(source);
ends.set(source, before ? [Math.min(low, before[0]), Math.max(high, before[1])] : [low, high]);
});
}
return ends.get(-1);
});
}
function extent(paths) {
const found = extents.map(() => [Infinity, -Infinity]);
paths.data.forEach((v, at) => {
if (!v) return;
let rest = at;
for (let axis = rank - 1; axis >= 0; axis -= 1) {
const i = rest % extents[axis];
rest = (rest - i) / extents[axis];
found[axis] = [Math.min(found[axis][0], i), Math.max(found[axis][1], i)];
}
});
return found.every(([a, b]) => a <= b) ? found : null;
}
page.field = { theory, pathsTo, extent, look };
let view = null;
function flat(paths) {
const data = new Float64Array(height * width);
const plane = rank === 1 ? width : height * width;
paths.data.forEach((v, at) => { data[at % plane] += v; });
if (rank === 1) for (let y = 1; y < height; y += 1) data.copyWithin(y * width, 0, width);
return data;
}
function draw(state) {
const pen = canvas.getContext("2d");
const colour = (name) => {
pen.fillStyle = "#000";
const probe = document.createElement("span");
probe.style.color = `var(${name})`;
box.append(probe);
const found = getComputedStyle(probe).color;
probe.remove();
return found;
};
const [seen, whole] = [state.clipped, state.theory];
const last = rank - 1;
const rows = [0, height - 1];
let [x0, x1, y0, y1] = [0, width, 0, height];
if (outside.checked && whole.every(Boolean)) {
const reach = (low, high, n) => [Math.max(low, -1.5 * n), Math.min(high, 2.5 * n)];
const [wx0, wx1] = reach(whole[last][0], whole[last][1] + 1, width);
[x0, x1] = [Math.min(x0, wx0), Math.max(x1, wx1)];
if (rank > 1) {
const [wy0, wy1] = reach(whole[last - 1][0], whole[last - 1][1] + 1, height);
[y0, y1] = [Math.min(y0, wy0), Math.max(y1, wy1)];
}
}
const margin = 0.02 * Math.max(x1 - x0, y1 - y0);
[x0, x1, y0, y1] = [x0 - margin, x1 + margin, y0 - margin, y1 + margin];
const scale = 720 / (x1 - x0);
canvas.height = Math.max(60, Math.round((y1 - y0) * scale));
const at = (x, y) => [(x - x0) * scale, (y - y0) * scale];
view = { x0, y0, scale };
pen.clearRect(0, 0, canvas.width, canvas.height);
pen.fillStyle = colour("--ground");
pen.fillRect(...at(0, 0), width * scale, height * scale);
const ink = colour("--accent").match(/[\d.]+/g).map(Number);
const shade = new ImageData(width, height);
const most = state.flat.reduce((a, b) => Math.max(a, b), 0) || 1;
const veil = colour("--ground").match(/[\d.]+/g).map(Number);
state.flat.forEach((v, i) => {
const weight = Math.sqrt(v / most);
if (!v && !picture) return;
shade.data.set((picture ? veil : ink).slice(0, 3), 4 * i);
shade.data[4 * i + 3] = picture ? 225 * (1 - weight) : 20 + 235 * weight;
});
if (picture) fill(pen, picture, at(0, 0), [width * scale, height * scale]);
const small = document.createElement("canvas");
[small.width, small.height] = [width, height];
small.getContext("2d").putImageData(shade, 0, 0);
pen.imageSmoothingEnabled = scale < 1;
pen.drawImage(small, ...at(0, 0), width * scale, height * scale);
if (scale > 12 && rank > 1) {
pen.strokeStyle = colour("--line");
pen.lineWidth = 1;
pen.beginPath();
for (let x = 0; x <= width; x += 1) { pen.moveTo(...at(x, 0)); pen.lineTo(...at(x, height)); }
for (let y = 0; y <= height; y += 1) { pen.moveTo(...at(0, y)); pen.lineTo(...at(width, y)); }
pen.stroke();
}
const frame = (fields, dash, name, line) => {
if (!fields || !fields.every(Boolean)) return;
const [left, right] = fields[last];
const [top, bottom] = rank > 1 ? fields[last - 1] : rows;
pen.setLineDash(dash);
pen.strokeStyle = colour(name);
pen.lineWidth = line;
pen.strokeRect(...at(left, top), (right - left + 1) * scale, (bottom - top + 1) * scale);
};
frame(extents.map((n) => [0, n - 1]), [], "--faint", 1.5);
if (nested.checked) {
for (const [k, fields] of state.nested.entries()) frame(fields, [], NESTED[k % NESTED.length], 2);
}
frame(whole, [9, 6], "--bad", 2);
frame(seen, [], "--text", 2);
pen.setLineDash([]);
}
let picture = null;
function fill(pen, image, [x, y], [wide, high]) {
const part = Math.min(image.width / wide, image.height / high);
const [w, h] = [wide * part, high * part];
pen.imageSmoothingEnabled = true;
pen.drawImage(image, (image.width - w) / 2, (image.height - h) / 2, w, h, x, y, wide, high);
}
function landscape() {
const paper = document.createElement("canvas");
[paper.width, paper.height] = [480, 480];
const pen = paper.getContext("2d");
const shape = (fillStyle, points) => {
pen.fillStyle = fillStyle;
pen.beginPath();
points.forEach(([x, y]) => pen.lineTo(x, y));
pen.fill();
};
const disc = (fillStyle, x, y, r) => {
pen.fillStyle = fillStyle;
pen.beginPath();
pen.arc(x, y, r, 0, 7);
pen.fill();
};
shape("#9fd3f5", [[0, 0], [480, 0], [480, 480], [0, 480]]);
disc("#ffd84a", 395, 85, 42);
shape("#8aa9c9", [[0, 300], [110, 150], [190, 250], [270, 130], [420, 300]]);
shape("#f4f8fb", [[110, 150], [138, 184], [84, 186]]);
shape("#f4f8fb", [[270, 130], [304, 168], [242, 166]]);
shape("#7cb65c", [[0, 290], [480, 270], [480, 480], [0, 480]]);
shape("#cdb48a", [[215, 480], [245, 390], [275, 390], [330, 480]]);
shape("#e9d6b8", [[180, 260], [320, 260], [320, 390], [180, 390]]);
shape("#b5482f", [[160, 264], [250, 190], [340, 264]]);
shape("#6b4a2f", [[240, 320], [278, 320], [278, 390], [240, 390]]);
for (const x of [195, 290]) {
shape("#3d5a78", [[x, 285], [x + 26, 285], [x + 26, 311], [x, 311]]);
shape("#e9d6b8", [[x + 12, 285], [x + 14, 285], [x + 14, 311], [x + 12, 311]]);
}
shape("#6b4a2f", [[78, 300], [96, 300], [98, 400], [76, 400]]);
[[86, 250, 46], [58, 280, 32], [116, 282, 34]].forEach(([x, y, r]) => disc("#3f7d3a", x, y, r));
[[70, 240], [100, 262], [112, 290], [58, 290]].forEach(([x, y]) => disc("#d64545", x, y, 5));
for (let x = 20; x < 480; x += 37) disc(x % 2 ? "#f7e36b" : "#f3b2d0", x, 430 + ((x * 7) % 40), 4);
return paper;
}
async function show(source) {
picture = await source;
if (state) draw(state);
}
const given = one("#field .centres image");
function decoded() {
const own = new Image();
own.src = given.getAttribute("href");
return own.decode().then(() => own);
}
if (given) {
pictures.append(new Option("the picture given", "given"));
pictures.value = "given";
show(decoded());
}
pictures.addEventListener("change", () => {
if (pictures.value === "file") file.click();
else if (pictures.value === "drawing") show(landscape());
else show(pictures.value === "given" ? decoded() : null);
});
file.addEventListener("change", () => {
if (!file.files[0]) return;
show(createImageBitmap(file.files[0]).catch(() => {
facts.replaceChildren(`${file.files[0].name} is no picture that this browser can read.`);
return null;
}));
});
const NESTED = [0, 1, 2, 3, 4, 5].map((k) => `--seen-${k}`);
function nest(i, at) {
const size = unitsOf(i);
const own = offered.filter((j) => j < i && layers[j].output.length === rank + 1);
const spread = own.length > 6 ? [0, 1, 2, 3, 4, 5].map((k) => own[Math.floor((k * (own.length - 1)) / 5)]) : own;
return spread.map((j) => theory(j, unitsOf(j).map((n, a) => Math.min(n - 1, Math.floor(((at[a] + 0.5) / size[a]) * n)))));
}
const MOST_PATHS = 0.95;
function heavy(paths) {
const found = [...paths.data].filter((v) => v > 0).sort((a, b) => b - a);
let rest = MOST_PATHS * found.reduce((a, b) => a + b, 0);
return found.findIndex((v) => (rest -= v) <= 0) + 1;
}
const chosen = () => Number(select.value);
const unit = () => sliders.map((slider) => Number(slider.value));
const interval = (fields) => (fields?.every(Boolean) ? fields.map(([a, b]) => `${a}…${b}`).join(" × ") : "nothing");
const sizes = (fields) => (fields?.every(Boolean) ? fields.map(([a, b]) => b - a + 1).join(" × ") : "0");
const image = () => (inputs.length > 1 ? name : "the image");
let state = null;
function say(pairs) {
facts.replaceChildren(...pairs.flatMap(([label, text]) => {
const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
dt.textContent = label;
dd.textContent = text;
return [dt, dd];
}));
}
function update() {
const [i, at] = [chosen(), unit()];
sliders.forEach((slider) => { slider.nextElementSibling.textContent = slider.value; });
const paths = pathsTo(i, at);
const clipped = extent(paths);
state = { theory: theory(i, at), clipped, flat: flat(paths), nested: nest(i, at) };
let read = 0;
for (const v of paths.data) read += v > 0;
const all_ = extents.reduce((a, b) => a * b, 1);
say([
["theoretical", `${sizes(state.theory)}\nat ${interval(state.theory)}`],
[`inside ${image()}`, `${sizes(clipped)}\nat ${interval(clipped)}`],
["positions read", `${exact(read)} of ${exact(all_)}\n${((100 * read) / all_).toFixed(1)} %`],
["95 % of the paths", `from ${exact(heavy(paths))} positions\n${((100 * heavy(paths)) / all_).toFixed(1)} %`],
]);
canvas.setAttribute("aria-label", `Unit ${at.join(", ")} of ${layers[i].id} sees ${interval(clipped)} of ${image()}`);
draw(state);
}
let waiting = 0;
const later = () => {
cancelAnimationFrame(waiting);
waiting = requestAnimationFrame(update);
};
function choose(i) {
select.value = String(i);
const size = unitsOf(i);
sliders.length = size.length;
one("#viewer-units").replaceChildren(...size.map((n, axis) => {
const label = document.createElement("label");
const slider = document.createElement("input");
const value = document.createElement("output");
slider.type = "range";
slider.min = "0";
slider.max = String(n - 1);
slider.value = String(Math.floor(n / 2));
slider.dataset.axis = String(axis);
slider.addEventListener("input", later);
sliders[axis] = slider;
label.append(`Unit's ${axes[axis]} `, slider, value);
return label;
}));
later();
}
choice.append(...inputs.map((input) => new Option(input, input)));
one("#viewer-of").hidden = inputs.length < 2;
choice.addEventListener("change", () => {
look(choice.value);
if (offered.length) choose(chosen());
});
select.addEventListener("change", () => choose(chosen()));
outside.addEventListener("change", () => { if (state) draw(state); });
nested.addEventListener("change", () => { if (state) draw(state); });
let running = 0;
const stop = () => {
clearInterval(running);
running = 0;
play.textContent = "Play through the layers";
};
play.addEventListener("click", () => {
if (running) {
stop();
return;
}
const local = offered.filter((i) => fieldOf(layers[i], name)?.stride.some((by) => by !== 0));
let next = chosen() === local.at(-1) ? 0 : Math.max(0, local.indexOf(chosen()));
const go = () => {
if (next >= local.length) {
stop();
return;
}
choose(local[next]);
next += 1;
};
play.textContent = "Stop";
running = setInterval(go, 600);
go();
});
document.addEventListener("theme", () => { if (state) draw(state); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { if (state) draw(state); });
document.addEventListener("layer", (event) => {
let i = event.detail.index;
if (!depends[i]) {  // it sees nothing of this input, so another one that it sees is shown
const other = inputs.find((input) => layers[i].receptive_fields?.[input]);
if (!other) return;
choice.value = other;
look(other);
}
while (i >= 0 && !offered.includes(i) && sources[i].length === 1) [i] = sources[i];
if (offered.includes(i) && begun) choose(i);
else if (offered.includes(i)) select.value = String(i);
});
canvas.addEventListener("click", (event) => {
if (!view) return;
const area = canvas.getBoundingClientRect();
const zoom = canvas.width / area.width;
const place = [
((event.clientY - area.top) * zoom) / view.scale + view.y0,
((event.clientX - area.left) * zoom) / view.scale + view.x0,
];
const size = unitsOf(chosen());
const spatial = rank === 1 ? [place[1]] : place;
spatial.forEach((at, k) => {
const axis = rank - spatial.length + k;
const share = Math.min(0.999999, Math.max(0, at / extents[axis]));
sliders[axis].value = String(Math.floor(share * size[axis]));
});
later();
});
const moves = { ArrowLeft: [1, -1], ArrowRight: [1, 1], ArrowUp: [2, -1], ArrowDown: [2, 1] };
canvas.addEventListener("keydown", (event) => {
const [back_, by] = moves[event.key] ?? [];
const axis = rank - back_;
if (!sliders[axis]) return;
event.preventDefault();
sliders[axis].value = String(Number(sliders[axis].value) + by);
later();
});
let begun = false;
new IntersectionObserver((entries, observer) => {
if (begun || !entries.some((entry) => entry.isIntersecting)) return;
begun = true;
observer.disconnect();
if (offered.length) choose(chosen());
}, { rootMargin: "300px" }).observe(box);
look(inputs[0]);
}
