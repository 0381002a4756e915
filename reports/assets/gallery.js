/* Script gallery.js, made by cnnanalyze */
"use strict";
{
const list = one("#networks-list");
const cards = [...list.children];
const words = one("#network-filter");
const family = one("#network-family");
const sort = one("#network-sort");
const count = one("#network-count");
const controls = { q: words, family, sort };
const given = page.data("page");
const texts = given.texts.map((text) => text.toLowerCase());
const sorts = new Map(cards.map((card, i) => [card, given.sorts[i]]));
const hit = (card, found) => {
one(".hit", card)?.remove();
if (!found) return;
const link = document.createElement("a");
link.className = "hit";
link.href = `${one("h3 a", card).getAttribute("href")}#n${found[1]}`;
link.textContent = `${given.texts[found[0]]}${found[2] > 1 ? `, and ${found[2] - 1} other sort${found[2] > 2 ? "s" : ""} of layer` : ""}`;
one(".held", card).before(link);
};
const layerOf = (card, matching) => {
const own = sorts.get(card);
const found = [];
for (let i = 0; i < own.length; i += 2) if (matching.has(own[i])) found.push([own[i], own[i + 1]]);
return found.length ? [...found[0], found.length] : null;
};
const filter = () => {
const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
const matching = new Set(wanted.length ? [...texts.keys()].filter((i) => wanted.every((word) => texts[i].includes(word))) : []);
let shown = 0;
for (const card of cards) {
const of = family.value === "" || card.dataset.family === family.value;
const named = wanted.every((word) => card.dataset.search.includes(word));
const layer = of && wanted.length && !named ? layerOf(card, matching) : null;
card.hidden = !(of && (named || layer));
hit(card, layer);
shown += !card.hidden;
}
count.textContent = shown === cards.length ? "" : `${shown} of ${cards.length}`;
};
const order = () => {
const key = sort.value;
const value = (card) => card.dataset[key];
const byName = (a, b) => value(a).localeCompare(value(b), "en", { numeric: true });
const byNumber = (a, b) => (value(a) === "") - (value(b) === "") || value(a) - value(b);
list.append(...(key === "" ? cards : [...cards].sort(key === "name" ? byName : byNumber)));
};
const change = () => {
filter();
order();
page.write(Object.fromEntries(Object.entries(controls).filter(([, c]) => c.value).map(([key, c]) => [key, c.value])));
};
words.addEventListener("input", change);
family.addEventListener("change", change);
sort.addEventListener("change", change);
const arrive = () => {
const state = page.read();
if (state.size) for (const [key, control] of Object.entries(controls)) control.value = state.get(key) ?? "";
filter();
order();
};
addEventListener("hashchange", arrive);
arrive();
page.rows = () => [...list.children].filter((card) => !card.hidden);
page.arrived.push((card) => one("a", card)?.focus());
}
