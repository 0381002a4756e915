/* Script player.js, made by cnnanalyze */
"use strict";
page.players = [];
class Player {
constructor(box) {
this.box = box;
this.data = JSON.parse(one("[data-steps]", box).textContent);
this.steps = this.data.steps;
this.at = 0;
this.timer = null;
this.lanes = all("[data-lane]", box).map((lane) => ({
box: lane,
image: one('[data-grid="image"]', lane),
kernels: all("[data-kernel]", lane),
}));
this.outputs = all("[data-outputs] table", box);
this.lay();
this.listen();
this.show(0);
}
lay() {
const first = this.steps[0];
if (!first) return;
const several = this.lanes.length > 1;
this.lanes.forEach((lane, channel) => {
const named = (what) => (several ? `${what}, channel ${channel + 1}` : what);
const place = one("[data-products]", lane.box);
const near = one("[data-close]", lane.box);
const name = this.box.dataset.name;
if (place) lane.products = addPlane(place, named("products"), name, first.products[0]);
if (near) lane.near = addPlane(near, named("under the window"), name, first.window[0]);
});
if (this.data.image) {
this.picture = new Picture(one("[data-image]", this.box), this.data.image);
this.pictures = all("[data-output]", this.box).map((canvas, k) => new Picture(canvas, this.data.output[k]));
this.pictures.forEach((picture, k) => picture.canvas.addEventListener("click", (event) => {
const [row, column] = picture.placeOf(event);
this.go(this.nearest(row, column, k));
}));
}
const list = one(".steps", this.box);
if (!matchMedia("print").matches) list.open = false;
}
listen() {
const act = {
first: () => this.go(0),
back: () => this.go(this.at - 1),
play: () => (this.timer === null ? this.play() : this.pause()),
on: () => this.go(this.at + 1),
last: () => this.go(this.steps.length - 1),
};
this.act = act;
all("[data-do]", this.box).forEach((button) => button.addEventListener("click", () => { page.playing = this; act[button.dataset.do](); }));
this.slider = one("[data-position]", this.box);
this.slider.addEventListener("input", () => { page.playing = this; this.go(Number(this.slider.value)); });
this.speed = one("[data-speed]", this.box);
this.speed.addEventListener("change", () => { if (this.timer !== null) this.play(); });
this.outputs.forEach((table, k) => table.addEventListener("click", (event) => {
const cell = event.target.closest("td");
if (!cell) return;
page.playing = this;
const row = cell.parentElement.rowIndex;
this.go(this.data.dense ? this.nearest(0, 0, row) : this.nearest(row, cell.cellIndex, k));
}));
}
nearest(row, column, channel) {
let best = 0;
let least = Infinity;
this.steps.forEach((step, n) => {
const [r, c, k] = step.at;
const far = Math.abs(r - row) + Math.abs(c - column) + (k === channel ? 0 : 1e9);
if (far < least) { least = far; best = n; }
});
return best;
}
play() {
clearInterval(this.timer);
if (this.at >= this.steps.length - 1) this.show(0);
const by = Number(this.speed.value);
this.timer = setInterval(() => {
if (this.at >= this.steps.length - 1) this.pause();
else this.show(this.at + 1);
}, by);
this.tell();
}
pause() {
clearInterval(this.timer);
this.timer = null;
this.tell();
}
tell() {
const running = this.timer !== null;
const button = one('[data-do="play"]', this.box);
button.textContent = running ? "⏸ Pause" : "▶ Play";
one("[data-where]", this.box).setAttribute("aria-live", running ? "off" : "polite");
}
go(n) {
if (this.timer !== null) this.pause();
this.show(Math.min(this.steps.length - 1, Math.max(0, n)));
}
show(n) {
const step = this.steps[n];
if (!step) return;
this.at = n;
this.slider.value = n;
this.slider.setAttribute("aria-valuetext", step.where);
one("[data-where]", this.box).textContent = step.where;
one("[data-sum]", this.box).replaceChildren(...step.sum.map((line) => {
const p = document.createElement("p");
p.className = "sum";
p.textContent = line;
return p;
}));
this.lanes.forEach((lane, channel) => {
const read = step.reads.indexOf(channel);
lane.box.classList.toggle("unread", read < 0);
lane.kernels.forEach((kernel) => { kernel.hidden = Number(kernel.dataset.kernel) !== step.at[2]; });
if (lane.products) {
lane.products.closest("figure").hidden = read < 0;
if (read >= 0) fill(lane.products, step.products[read]);
}
if (lane.near && read >= 0) fill(lane.near, step.window[read]);
});
this.mark(step);
this.grow(step);
if (this.picture) this.draw(step);
}
mark(step) {
const [height, width] = this.data.size;
this.lanes.forEach((lane, channel) => {
const table = lane.image;
if (!table) return;
all("td.in", table).forEach((cell) => {
cell.classList.remove("in", "largest");
one("small", cell)?.remove();
});
const read = step.reads.indexOf(channel);
if (read < 0) return;
const kernel = lane.kernels.find((k) => !k.hidden);
const weights = kernel && one("table", kernel);
let found = false;
for (let i = 0; i < height; i++) {
for (let j = 0; j < width; j++) {
const cell = table.rows[step.at[0] * this.data.stride[0] + i * this.data.dilation[0]]
?.cells[step.at[1] * this.data.stride[1] + j * this.data.dilation[1]];
if (!cell) continue;
if (this.data.joins === "max" && !found && cell.textContent === step.result) {
cell.classList.add("largest");
found = true;
}
cell.classList.add("in");
if (weights) {
const weight = document.createElement("small");
weight.textContent = weights.rows[i].cells[j].textContent;
weight.setAttribute("aria-hidden", "true");
cell.append(weight);
}
}
}
});
}
grow(step) {
const [rows, columns] = this.data.counts;
this.outputs.forEach((table, k) => {
[...table.rows].forEach((row, r) => [...row.cells].forEach((cell, c) => {
const number = this.data.dense ? r + 1 : (k * rows + r) * columns + c + 1;
cell.classList.toggle("at", number === step.number);
cell.classList.toggle("to-come", number > step.number);
}));
});
}
draw(step) {
const [height, width] = this.data.size.map((size, i) => (size - 1) * this.data.dilation[i] + 1);
const { above, left } = this.data.image;
this.picture.draw();
this.picture.frame(step.at[0] * this.data.stride[0] - above, step.at[1] * this.data.stride[1] - left, height, width);
const [rows, columns] = this.data.counts;
this.pictures.forEach((picture, k) => {
picture.draw(step.number - k * rows * columns);
if (k === step.at[2]) picture.frame(step.at[0], step.at[1], 1, 1);
});
}
}
class Picture {
constructor(canvas, data) {
this.canvas = canvas;
this.data = data;
this.scale = Math.max(1, Math.floor(480 / Math.max(data.height, data.width)));
canvas.width = data.width * this.scale;
canvas.height = data.height * this.scale;
const bytes = Uint8Array.from(atob(data.bytes), (c) => c.charCodeAt(0));
this.pixels = new ImageData(data.width, data.height);
for (let n = 0; n < data.width * data.height; n++) {
for (let c = 0; c < 3; c++) this.pixels.data[4 * n + c] = bytes[n * data.deep + (data.deep === 3 ? c : 0)];
this.pixels.data[4 * n + 3] = 255;
}
}
draw(count = Infinity) {
const { width, height, skip, columns } = this.data;
const shown = new ImageData(new Uint8ClampedArray(this.pixels.data), width, height);
if (count !== Infinity) {
for (let n = 0; n < width * height; n++) {
const number = Math.floor(n / width) * skip * columns + (n % width) * skip + 1;
if (number > count) shown.data[4 * n + 3] = 0;
}
}
const small = document.createElement("canvas");
small.width = width;
small.height = height;
small.getContext("2d").putImageData(shown, 0, 0);
const context = this.canvas.getContext("2d");
context.imageSmoothingEnabled = false;
context.clearRect(0, 0, this.canvas.width, this.canvas.height);
context.drawImage(small, 0, 0, this.canvas.width, this.canvas.height);
}
frame(row, column, height, width) {
const by = this.scale / this.data.skip;
const context = this.canvas.getContext("2d");
const [x, y, w, h] = [column * by, row * by, Math.max(width * by, 6), Math.max(height * by, 6)];
context.lineWidth = 5;
context.strokeStyle = "#000";
context.strokeRect(x - 2, y - 2, w + 4, h + 4);
context.lineWidth = 2.5;
context.strokeStyle = "#ffd21f";
context.strokeRect(x - 2, y - 2, w + 4, h + 4);
}
placeOf(event) {
const box = this.canvas.getBoundingClientRect();
return [
Math.floor((event.clientY - box.top) / box.height * this.data.rows),
Math.floor((event.clientX - box.left) / box.width * this.data.columns),
];
}
}
function addPlane(place, name, owner, rows) {
const figure = document.createElement("figure");
figure.className = "plane";
const caption = document.createElement("figcaption");
caption.textContent = name;
const box = document.createElement("div");
box.className = "cells";
box.tabIndex = 0;
box.setAttribute("role", "region");
box.setAttribute("aria-label", `${name} of ${owner}`);
const table = document.createElement("table");
for (const row of rows) {
const line = table.insertRow();
for (const text of row) line.insertCell().textContent = text;
}
box.append(table);
figure.append(caption, box);
place.append(figure);
return table;
}
function fill(table, rows) {
rows.forEach((row, r) => row.forEach((text, c) => { table.rows[r].cells[c].textContent = text; }));
}
page.players = all("[data-player]").map((box) => new Player(box));
page.playing = page.players[0] ?? null;
function ofKeys() {
const seen = (player) => {
const box = player.box.getBoundingClientRect();
return box.bottom > 80 && box.top < innerHeight - 80;
};
return page.playing && seen(page.playing) ? page.playing : page.players.find(seen) ?? page.playing;
}
const pressed = { p: "play", ArrowLeft: "back", ArrowRight: "on", Home: "first", End: "last" };
for (const [key, what] of Object.entries(pressed)) {
if (page.players.length) page.keys[key] = () => ofKeys().act[what]();
}
document.addEventListener("keydown", (event) => {
if (event.key !== " " || event.ctrlKey || event.metaKey || event.altKey) return;
if (event.target.closest("button, input, select, summary, a") || one("dialog[open]") || !page.players.length) return;
event.preventDefault();
ofKeys().act.play();
});
