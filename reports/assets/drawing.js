/* Script drawing.js, made by cnnanalyze */
"use strict";
{
const drawing = one("#drawing svg");
if (drawing) startDrawing(drawing);
}
function startDrawing(svg) {
const data = JSON.parse(one("metadata", svg).textContent);
const listed = (text) => text.split(",").filter(Boolean).flatMap((part) => {
const [first, last = first] = part.split("-").map(Number);
return Array.from({ length: last - first + 1 }, (_, i) => first + i);
});
const tilesIn = (group, card) => all(".tile[data-path]", group).map((element, k) => ({
element, card, k, opens: element.dataset.opens, link: one("a", element),
}));
const spine = tilesIn(one("g.spine", svg), null);
spine.forEach((tile) => { tile.layers = listed(data.spine[tile.k]); });
const cards = new Map(all("g.inside[data-card]", svg).map((group) => {
const title = one(".card text.strong", group);
const slots = all(".slot", group);
const card = { group, title, slots, ...data.cards[group.dataset.card], shown: [], opener: null };
card.general = [title, ...slots].map((text) => text.textContent);
card.tiles = tilesIn(group, card);
return [group.dataset.card, card];
}));
const tiles = [...spine, ...[...cards.values()].flatMap((card) => card.tiles)];
const tileOf = new Map(tiles.map((tile) => [tile.element, tile]));
const within = (tile, uses) => uses.flatMap((use) => listed(tile.card.boxes[use[3]][tile.k]).map((i) => use[1] + i));
const layersOf = (tile) => tile.layers ?? within(tile, tile.card.shown.length ? tile.card.shown : tile.card.uses);
const ownOf = (tile) => tile.layers ?? within(tile, (tile.card.shown.length ? tile.card.shown : tile.card.uses).slice(0, 1));
const steps = 7;
const colours = one("#drawing-colour");
function paint() {
const key = colours.value;
const sums = key === "kind" ? [] : tiles.map((tile) => layersOf(tile).reduce((sum, i) => sum + (layers[i][key] ?? 0), 0));
const most = Math.max(1, ...sums);
tiles.forEach((tile, n) => {
for (let i = 0; i < steps; i += 1) tile.element.classList.remove(`heat${i}`);
if (key !== "kind") tile.element.classList.add(`heat${Math.min(steps - 1, Math.floor(steps * Math.sqrt(sums[n] / most)))}`);
});
showScale(key, most);
}
const scale = one("#drawing-scale");
function showScale(key, most) {
scale.hidden = key === "kind";
if (scale.hidden) return;
const brief = (n) => Math.round(n).toLocaleString("en", { notation: "compact", maximumSignificantDigits: 3 });
scale.replaceChildren(...Array.from({ length: steps }, (_, i) => {
const element = document.createElement("span");
element.append(swatch(i), `${brief(most * (i / steps) ** 2)}${i === steps - 1 ? ` to ${brief(most)}` : ""}`);
return element;
}));
scale.setAttribute("aria-label", `Colours by ${colours.selectedOptions[0].text}, from the fewest to the most`);
}
function swatch(i) {
const make = (name, attributes) => {
const element = document.createElementNS("http://www.w3.org/2000/svg", name);
Object.entries(attributes).forEach((pair) => element.setAttribute(...pair));
return element;
};
const made = make("svg", { class: "cnn", viewBox: "0 0 14 12", width: 14, height: 12, "aria-hidden": "true" });
const group = make("g", { class: `block heat${i}` });
group.append(make("rect", { class: "fill", x: 1, y: 1, width: 12, height: 10 }));
made.append(group);
return made;
}
colours.addEventListener("change", paint);
const ranged = (texts) => {
const found = texts.map((text) => text.match(/\d+(…\d+)?/g) ?? []);
let at = 0;
return texts[0].replace(/\d+(…\d+)?/g, (only) => {
const numbers = found.flatMap((each) => (each[at] ?? only).split("…").map(Number));
at += 1;
const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
return least === most ? least : `${least}…${most}`;
});
};
function nameOf(uses) {
const [first, last] = [uses[0][0], uses.at(-1)[0]];
const [name, other] = [first, last].map((path) => path.slice(path.lastIndexOf("/") + 1));
if (uses.length === 1 || name === other) return first;
const stem = name.replace(/\d+$/, "");
return `${first}…${other.startsWith(stem) ? other.slice(stem.length) : other}`;
}
function show(card, opener, uses) {
card.opener?.link?.setAttribute("aria-pressed", "false");
opener?.link?.setAttribute("aria-pressed", "true");
Object.assign(card, { opener, shown: uses });
card.group.classList.toggle("live", uses.length > 0);
const texts = uses.map((use) => card.texts[use[2]]);
card.slots.forEach((slot, i) => {
slot.textContent = texts.length ? ranged(texts.map((text) => text[i])) : card.general[i + 1];
});
card.title.textContent = uses.length ? nameOf(uses) : card.general[0];
if (uses.length) card.title.parentNode.setAttribute("href", `#n${uses[0][1]}`);
else card.title.parentNode.removeAttribute("href");
card.tiles.forEach(name);
}
function name(tile) {
const own = ownOf(tile);
tile.link?.setAttribute("href", `#n${Math.min(...own)}`);
const title = one("text.strong", tile.element).textContent;
if (tile.opens) {
one("title", tile.element).textContent = nameOf(usesIn(tile, own));
return;
}
one("title", tile.element).textContent = `${layers[own[0]].id}: ${title}`;
tile.element.dataset.id = layers[own[0]].id;
}
function usesIn(tile, held) {
const found = new Set(held);
return cards.get(tile.opens).uses.filter((use) => found.has(use[1]));
}
function open(tile) {
const card = cards.get(tile.opens);
release(card);
show(card, tile, usesIn(tile, layersOf(tile)));
const inner = new Map(card.tiles.filter((other) => other.opens).reverse().map((other) => [other.opens, other]));
inner.forEach(open);
}
function release(card) {
if (!card.opener) return;
show(card, null, []);
for (const other of cards.values()) if (other.opener?.card === card) release(other);
}
function find(i) {
let tile = spine.find((each) => each.layers.includes(i));
while (tile?.opens) {
const card = cards.get(tile.opens);
if (card.opener !== tile) {
if (!tile.card) cards.forEach(release);
open(tile);
}
tile = card.tiles.find((each) => layersOf(each).includes(i));
}
return tile;
}
function choose(tile) {
const card = cards.get(tile.opens);
const pressed = card.opener === tile;
if (!tile.card) cards.forEach(release);
else if (!tile.card.opener) find(Math.min(...ownOf(tile)));
if (pressed) release(card);
else if (card.opener !== tile) open(tile);
tell();
if (card.opener) card.group.scrollIntoView({ block: "nearest", inline: "nearest" });
}
const count = one("#drawing .count");
const usual = count.textContent;
function tell() {
const shown = [...cards].filter(([, card]) => card.shown.length);
count.textContent = shown.length
? `${shown.map(([letter, card]) => `${letter} shows ${nameOf(card.shown)}`).join(", ")}. Escape or a second click shows the form again.`
: usual;
paint();
}
page.keys.Escape = () => {
cards.forEach(release);
tell();
};
document.addEventListener("layer", (event) => {
all(".chosen", svg).forEach((element) => element.classList.remove("chosen"));
find(event.detail.index)?.element.classList.add("chosen");
tell();
});
const press = (event, tile) => {
event.preventDefault();
if (tile.opens) choose(tile);
else reveal(ownOf(tile)[0]);
};
svg.addEventListener("click", (event) => {
const tile = tileOf.get(event.target.closest(".tile"));
if (tile && !event.ctrlKey && !event.metaKey) press(event, tile);
});
svg.addEventListener("keydown", (event) => {
const tile = event.key === " " && tileOf.get(event.target.closest(".tile"));
if (tile?.opens) press(event, tile);
});
for (const tile of tiles.filter((each) => each.opens && each.link)) {
tile.link.setAttribute("role", "button");
tile.link.setAttribute("aria-pressed", "false");
tile.link.setAttribute("aria-controls", cards.get(tile.opens).group.id);
}
tiles.filter((tile) => !tile.opens).forEach((tile) => { tile.element.dataset.id = layers[ownOf(tile)[0]].id; });
for (const { title } of cards.values()) {
const link = document.createElementNS("http://www.w3.org/2000/svg", "a");
title.replaceWith(link);
link.append(title);
}
}
