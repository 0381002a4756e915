/* Script gallery.js, made by cnnanalyze */
"use strict";
{
const list = one("#networks-list");
const cards = [...list.children];
const words = one("#network-filter");
const family = one("#network-family");
const sort = one("#network-sort");
const count = one("#network-count");
const filter = () => {
const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
let shown = 0;
for (const card of cards) {
const of = family.value === "" || card.dataset.family === family.value;
card.hidden = !(of && wanted.every((word) => card.dataset.search.includes(word)));
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
words.addEventListener("input", filter);
family.addEventListener("change", filter);
sort.addEventListener("change", order);
filter();
order();
page.rows = () => [...list.children].filter((card) => !card.hidden);
page.arrived.push((card) => one("a", card)?.focus());
}
