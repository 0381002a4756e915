// The page of one network: the layer table, the charts, the spec, and the ways between them.
// Every number comes from the result that comes with the page.
const result = page.data("result");
const extra = page.data("page");
const layers = result.layers;
const numberOf = new Map(layers.map((layer, i) => [layer.id, i]));
const exact = (n) => (n === null || n === undefined ? "?" : n.toLocaleString("en"));
const perAxis = (values) => (values.every((v) => v === values[0]) ? String(values[0] ?? "") : values.join("x"));
const rowOf = (i) => document.getElementById(`n${i}`);
const lineOf = (row) => one('a[href^="#L"]', row).hash.slice(1);

// --- the layer table ---
const table = one("#layer-table");
const heads = table.tHead.rows[0];
const layerRows = all('tbody tr[id^="n"]', table);
const indexOf = (row) => Number(row.id.slice(1));
const bodies = [...table.tBodies];

// What a column shows of a layer; the keys are those of the terminal's table.
// Of several inputs each field is told by itself, as in the terminal's table.
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

function sortLayers(heading, order) {
  markSorted(table, heading, order);
  table.classList.toggle("flat", order !== "none");
  if (order === "none") {
    for (const body of bodies) body.append(...body.original);
    nameRows(false);
    return;
  }
  const key = heading.dataset.key;
  const column = heading.cellIndex;
  const value = values[key]
    ? (row) => values[key](layers[indexOf(row)])
    : (row) => cellValue(row.cells[column]);
  const sign = order === "descending" ? -1 : 1;
  const empty = (v) => v === "" || v === "?" || v === null;
  const rows = layerRows
    .map((row) => [value(row), row])
    .sort(([a], [b]) => (empty(a) || empty(b) ? compare(a, b) : sign * compare(a, b)))
    .map(([, row]) => row);
  nameRows(true);
  bodies[0].append(...rows);
}
// In a group a row carries the end of its path; among rows from everywhere all of it.
function nameRows(whole) {
  for (const row of layerRows) {
    const text = one("a", row.cells[0]) ?? row.cells[0];
    text.textContent = whole ? layers[indexOf(row)].id : row.dataset.short;
  }
}
for (const row of layerRows) row.dataset.short = row.cells[0].textContent.trim();
for (const body of bodies) body.original = [...body.rows];
const FIRST_NUMBER = 3;
[...heads.cells].forEach((heading, i) => {
  heading.classList.toggle("n", i >= FIRST_NUMBER);
  addSortButton(heading, sortLayers);
});

// --- groups that fold ---
const groups = bodies.filter((body) => body.rows[0].classList.contains("group"));
const foldButton = one("#fold");
function fold(body, folded) {
  body.classList.toggle("folded", folded);
  one("button", body.rows[0]).setAttribute("aria-expanded", String(!folded));
}
function foldAll(folded) {
  groups.forEach((body) => fold(body, folded));
  foldButton.setAttribute("aria-pressed", String(folded));
}
for (const body of groups) {
  const heading = body.rows[0].cells[0];
  const button = document.createElement("button");
  button.type = "button";
  button.append(...heading.childNodes);
  heading.append(button);
  button.addEventListener("click", () => fold(body, !body.classList.contains("folded")));
}
foldButton.hidden = !groups.length;
foldButton.addEventListener("click", () => foldAll(foldButton.getAttribute("aria-pressed") === "false"));
foldAll(extra.folded);
page.keys.e = () => foldButton.click();

// --- filter: every word must stand in the path, the kind, the attributes or the shape ---
const filterBox = one("#layer-filter");
const count = one("#layer-count");
function filterLayers() {
  const words = filterBox.value.toLowerCase().split(/\s+/).filter(Boolean);
  let matches = 0;
  for (const row of layerRows) {
    const i = indexOf(row);
    const text = `${layers[i].id} ${row.textContent}`.toLowerCase();
    row.hidden = !words.every((word) => (word.startsWith("line:") ? lineOf(row).toLowerCase() === word.slice(5) : text.includes(word)));
    matches += !row.hidden;
  }
  for (const body of groups) {
    body.rows[0].hidden = words.length > 0 && body.original.slice(1).every((row) => row.hidden);
    if (words.length) fold(body, false);
  }
  count.textContent = words.length ? `${exact(matches)} of ${exact(layerRows.length)} layers` : "";
}
filterBox.addEventListener("input", filterLayers);

// --- columns on request ---
const choices = one("#columns .choices");
function addColumn([key, title]) {
  const heading = document.createElement("th");
  heading.scope = "col";
  heading.dataset.key = key;
  heading.textContent = title;
  heading.classList.add("n");
  heads.insertBefore(heading, heads.lastElementChild);
  addSortButton(heading, sortLayers);
  for (const row of all("tbody tr, tfoot tr", table)) {
    const cell = document.createElement("td");
    cell.dataset.of = key;
    if (row.id) cell.textContent = shown(values[key](layers[indexOf(row)]));
    row.insertBefore(cell, row.lastElementChild);
  }
}
function removeColumn(key) {
  all(`th[data-key="${key}"], td[data-of="${key}"]`, table).forEach((cell) => cell.remove());
}
for (const column of extra.columns) {
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.dataset.column = column[0];
  box.addEventListener("change", () => (box.checked ? addColumn(column) : removeColumn(column[0])));
  label.append(box, ` ${column[1]}`);
  label.title = column[2];
  choices.append(label);
}
document.addEventListener("click", (event) => {
  const menu = one("#columns");
  if (menu.open && !menu.contains(event.target)) menu.open = false;
});

// --- another batch, another type: weights grow with the type, activations with both, work with the
// batch; nothing else of a count depends on them, so this is exact ---
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

// --- ways from one part of the page to another ---
function reveal(i) {
  const row = rowOf(i);
  if (!row) return;
  if (row.hidden) {
    filterBox.value = "";
    filterLayers();
  }
  const body = row.parentElement;
  if (body.classList.contains("folded")) fold(body, false);
  page.go(row);
}
page.rows = () => layerRows.filter((row) => !row.hidden && row.offsetParent !== null)
  .sort((a, b) => (a.compareDocumentPosition(b) & 4 ? -1 : 1));
page.arrived.push((row) => {
  all(".at-line").forEach((line) => line.classList.remove("at-line"));
  const line = document.getElementById(lineOf(row));
  line?.classList.add("at-line");
  document.dispatchEvent(new CustomEvent("layer", { detail: { index: indexOf(row), id: layers[indexOf(row)].id } }));
});
table.addEventListener("click", (event) => {
  const row = event.target.closest('tr[id^="n"]');
  if (row && !event.target.closest("a, button")) page.go(row);
});
page.keys.Enter = () => {
  if (document.activeElement?.closest("a, button, summary, select")) return;
  if (one("tr.at", table)) (one("#drawing") ?? one("#field"))?.scrollIntoView({ block: "start" });
};
function arrive() {
  const [, place, i] = /^#([na])(\d+)$/.exec(location.hash) ?? [];
  if (place === "n") reveal(Number(i));
  if (place === "a") (document.getElementById(`a${i}`) ?? {}).open = true;
}
addEventListener("hashchange", arrive);
arrive();

// A rectangle or a dot says what it is, and leads to its row.
function describe(mark, quantity) {
  const layer = layers[mark.dataset.i];
  if (!layer || one("title", mark)) return;
  const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  const total = result.totals[quantity];
  const seen = fieldOf(layer, mark.closest("figure")?.id.replace("chart-fields-", ""));
  title.textContent = quantity
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
// A line of the spec shows the layers that are written there.
one("#source").addEventListener("click", (event) => {
  const link = event.target.closest("a[data-line]");
  if (!link) return;
  event.preventDefault();
  filterBox.value = `line:${link.dataset.line}`;
  filterLayers();
  one("#layers").scrollIntoView();
});
