// Ranges: the least and the most of each column of a table; its rows and the dots of a picture are
// filtered together, and the address says by what.
for (const form of all("[data-ranges]")) {
  const table = document.getElementById(form.dataset.ranges);
  const box = one(`input[data-filter="${form.dataset.ranges}"]`);
  const inputs = all("input", form);
  const rows = new Map(all("tbody tr", table).map((row) => [row.cells[0].textContent.trim(), row]));
  const dots = all("[data-point]").filter((dot) => rows.has(dot.dataset.point));
  const isWithin = (row) => ({ value, valueAsNumber, dataset: { column, end } }) => {
    if (value === "") return true;
    const number = cellValue(row.cells[column]);
    return typeof number === "number" && (end === "least" ? number >= valueAsNumber : number <= valueAsNumber);
  };
  const show = () => box.dispatchEvent(new Event("input"));
  page.limits.set(table, (row) => inputs.every(isWithin(row)));
  box.addEventListener("input", () => {
    for (const dot of dots) dot.classList.toggle("out", rows.get(dot.dataset.point).hidden);
    const said = inputs.filter((input) => input.value !== "").map((input) => [input.name, input.value]);
    page.write(Object.fromEntries(box.value ? [...said, ["q", box.value]] : said));
  });
  for (const input of inputs) input.addEventListener("input", show);
  for (const dot of dots) dot.addEventListener("click", () => page.go(rows.get(dot.dataset.point)));
  one("button", form).addEventListener("click", () => {
    for (const input of [box, ...inputs]) input.value = "";
    show();
  });
  const read = () => {
    const chosen = page.read();
    box.value = chosen.get("q") ?? "";
    for (const input of inputs) input.value = chosen.get(input.name) ?? "";
    show();
  };
  addEventListener("hashchange", () => { if (location.hash.includes("=")) read(); });
  if ([...page.read().keys()].length) read();
}
