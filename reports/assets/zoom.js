/* Script zoom.js, made by cnnanalyze */
"use strict";
{
const LEAST = 0.1;
const MOST = 8;
const STEP = 1.25;
const READABLE = 0.6;
const startZoom = (box) => {
const svg = one("svg", box);
const { width, height } = svg.viewBox.baseVal;
const room = () => {
const style = getComputedStyle(box);
const within = (...sides) => sides.reduce((sum, side) => sum + parseFloat(style[`padding${side}`]) + parseFloat(style[`border${side}Width`]), 0);
const high = document.fullscreenElement === box ? innerHeight : 0.85 * innerHeight;
return [box.offsetWidth - within("Left", "Right"), high - within("Top", "Bottom") - 1];
};
let scale = 1;
const percent = document.createElement("span");
const zoomTo = (wanted, x = box.clientWidth / 2, y = box.clientHeight / 2) => {
const before = svg.getBoundingClientRect();
const frame = box.getBoundingClientRect();
const at = [(frame.left + x - before.left) / before.width, (frame.top + y - before.top) / before.height];
scale = Math.min(MOST, Math.max(LEAST, wanted));
svg.style.width = `${width * scale}px`;
svg.style.height = `${height * scale}px`;
const after = svg.getBoundingClientRect();
box.scrollLeft += after.left + at[0] * after.width - frame.left - x;
box.scrollTop += after.top + at[1] * after.height - frame.top - y;
percent.textContent = `${Math.round(100 * scale)} %`;
};
const fit = () => zoomTo(Math.min(room()[0] / width, room()[1] / height, 1));
const full = () => (document.fullscreenElement ? document.exitFullscreen() : box.requestFullscreen());
const tools = document.createElement("div");
tools.className = "tools zoom";
tools.setAttribute("role", "group");
tools.setAttribute("aria-label", `Size of: ${box.getAttribute("aria-label")}`);
const button = (text, name, key, act) => {
const made = document.createElement("button");
made.type = "button";
made.textContent = text;
made.title = `${name} (${key})`;
made.setAttribute("aria-label", name);
made.dataset.zoom = key;
made.addEventListener("click", act);
tools.append(made);
};
button("−", "Smaller", "-", () => zoomTo(scale / STEP));
tools.append(percent);
button("+", "Larger", "+", () => zoomTo(scale * STEP));
button("Fit", "Show all of it", "0", fit);
button("100 %", "In its own size", "1", () => zoomTo(1));
if (box.requestFullscreen) button("Full screen", "On the whole screen", "F", full);
box.before(tools);
const keys = { "+": () => zoomTo(scale * STEP), "=": () => zoomTo(scale * STEP), "-": () => zoomTo(scale / STEP), 0: fit, 1: () => zoomTo(1), F: full };
box.addEventListener("keydown", (event) => {
const act = !event.ctrlKey && !event.metaKey && !event.altKey && keys[event.key];
if (!act) return;
event.preventDefault();
event.stopPropagation();
act();
});
box.addEventListener("wheel", (event) => {
if (!event.ctrlKey) return; // the page scrolls; with Ctrl, and by two fingers on a pad, sizes change
event.preventDefault();
const frame = box.getBoundingClientRect();
zoomTo(scale * Math.exp(-event.deltaY / 300), event.clientX - frame.left, event.clientY - frame.top);
}, { passive: false });
const held = new Map();
let moved = 0;
const apart = () => { const [a, b] = [...held.values()]; return Math.hypot(a.x - b.x, a.y - b.y); };
box.addEventListener("pointerdown", (event) => {
if (event.pointerType === "mouse" && event.button !== 0) return;
held.set(event.pointerId, { x: event.clientX, y: event.clientY });
if (held.size === 1) moved = 0;
});
addEventListener("pointermove", (event) => {
const from = held.get(event.pointerId);
if (!from) return;
const to = { x: event.clientX, y: event.clientY };
if (held.size === 2) {
const before = apart();
held.set(event.pointerId, to);
const [a, b] = [...held.values()];
const frame = box.getBoundingClientRect();
zoomTo((scale * apart()) / (before || 1), (a.x + b.x) / 2 - frame.left, (a.y + b.y) / 2 - frame.top);
moved = Infinity;
} else if (event.pointerType === "mouse") {
moved += Math.abs(to.x - from.x) + Math.abs(to.y - from.y);
box.scrollBy(from.x - to.x, from.y - to.y);
held.set(event.pointerId, to);
}
});
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, (event) => held.delete(event.pointerId));
box.addEventListener("click", (event) => {
if (moved > 5) { event.preventDefault(); event.stopPropagation(); }
moved = 0;
}, true);
box.addEventListener("dragstart", (event) => event.preventDefault());
box.addEventListener("fullscreenchange", fit);
zoomTo(Math.min(1, Math.max(READABLE, room()[0] / width)), 0, 0);
};
all(".drawing").filter((box) => one(":scope > svg", box)).forEach(startZoom);
}
