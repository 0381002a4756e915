/* Script copy.js, made by cnnanalyze */
"use strict";
page.latex={"\\":"\\textbackslash{}","&":"\\&","%":"\\%","$":"\\$","#":"\\#","_":"\\_","{":"\\{","}":"\\}","~":"\\textasciitilde{}","^":"\\textasciicircum{}","×":"$\\times$","≥":"$\\geq$","≈":"$\\approx$","−":"$-$","→":"$\\to$","Σ":"$\\Sigma$","Φ":"$\\Phi$","β":"$\\beta$","γ":"$\\gamma$","ε":"$\\varepsilon$","μ":"$\\mu$","π":"$\\pi$","σ":"$\\sigma$","√":"$\\surd$","≠":"$\\neq$","≤":"$\\leq$","₁":"$_1$","₂":"$_2$","ᵀ":"$^T$","⌊":"$\\lfloor$","⌋":"$\\rfloor$","⌈":"$\\lceil$","⌉":"$\\rceil$","\u003c":"\\textless{}",">":"\\textgreater{}","…":"\\dots{}","–":"--"};
{
const put = async (button, text) => {
const before = button.textContent;
try {
await navigator.clipboard.writeText(text);
} catch { // an older browser, or one that does not trust files
const area = document.createElement("textarea");
area.value = text;
(button.closest("dialog") ?? document.body).append(area);
area.select();
document.execCommand("copy");
area.remove();
}
button.textContent = "✓ copied";
setTimeout(() => { button.textContent = before; }, 1500);
};
const buttonOf = (words, label, text) => {
const button = document.createElement("button");
button.type = "button";
button.textContent = words;
button.setAttribute("aria-label", label);
button.addEventListener("click", () => put(button, text()));
return button;
};
const SHAPE = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity"];
const TEXT = ["fill", "font-family", "font-size", "font-style", "font-weight", "text-anchor"];
function standalone(svg) {
const scheme = root.style.colorScheme;
root.style.colorScheme = "light";
const copy = svg.cloneNode(true);
const copies = [copy, ...all("*", copy)];
const gone = [];
[svg, ...all("*", svg)].forEach((element, i) => {
const target = copies[i];
const style = getComputedStyle(element);
const isText = /^(text|tspan)$/.test(element.localName);
if (style.display === "none" || /^(style|metadata|script)$/.test(element.localName)) gone.push(target);
for (const { name } of [...target.attributes]) {
if (/^(class|style|href|tabindex|role|id|data-.*|aria-pressed)$/.test(name) && i) target.removeAttribute(name);
}
if (!isText && !element.matches("path, rect, circle, line, polyline, polygon, ellipse")) return;
for (const name of isText ? TEXT : SHAPE) {
const value = style.getPropertyValue(name);
if (value && value !== getComputedStyle(svg).getPropertyValue(name)) target.setAttribute(name, value);
else if (name === "fill" || /^font/.test(name)) target.setAttribute(name, value);
}
});
root.style.colorScheme = scheme;
gone.forEach((element) => element.remove());
const [, , width, height] = copy.getAttribute("viewBox").split(" ");
["class", "style", "id", "tabindex"].forEach((name) => copy.removeAttribute(name));
copy.setAttribute("width", width);
copy.setAttribute("height", height);
return `${new XMLSerializer().serializeToString(copy)}\n`;
}
const words = (cell) => (one(".unseen", cell) ?? cell).textContent.trim().replace(/\s+/g, " ");
const spread = (row) => [...row.cells].flatMap((cell) => [words(cell), ...Array(cell.colSpan - 1).fill("")]);
const told = (table) => page.copied[table.id]?.() ?? {
heads: spread(table.tHead.rows[0]),
rows: [...table.tBodies].flatMap((body) => [...body.rows]).filter((row) => !row.hidden).map(spread),
};
const plainly = (text) => (/^[+−-]?[\d,]+(\.\d+)?$/.test(text) ? text.replaceAll(",", "").replace("−", "-") : text);
const tabbed = (table) => {
const { heads, rows } = told(table);
return `${[heads, ...rows.map((row) => row.map(plainly))].map((row) => row.join("\t")).join("\n")}\n`;
};
const latex = (text) => [...text].map((letter) => page.latex[letter] ?? letter).join("");
const forLatex = (table) => {
const { heads, rows } = told(table);
const isNumber = heads.map((_, i) => rows.some((row) => row[i]) && rows.every((row) => !row[i] || !Number.isNaN(Number(plainly(row[i]))) || /^[≥?]/.test(row[i])));
const line = (row) => `  ${row.map(latex).join(" & ")} \\\\`;
return [
`\\begin{tabular}{${isNumber.map((n) => (n ? "r" : "l")).join("")}}`,
"  \\toprule", line(heads), "  \\midrule", ...rows.map(line), "  \\bottomrule", "\\end{tabular}", "",
].join("\n");
};
const asJson = (table) => {
const { heads, rows, data } = told(table);
const number = (text) => (text !== "" && !Number.isNaN(Number(plainly(text))) ? Number(plainly(text)) : text);
const found = data ?? rows.map((row) => Object.fromEntries(heads.map((head, i) => [head || `column ${i + 1}`, number(row[i] ?? "")])));
return `${JSON.stringify(found, null, 2)}\n`;
};
for (const box of all(".scroll")) {
const [svg] = all("svg", box).filter((one) => one.viewBox.baseVal?.width);
const table = one("table", box);
const name = box.getAttribute("aria-label") ?? "this";
const buttons = document.createElement("p");
buttons.className = "copies";
if (table?.tHead && table.tBodies.length) {
buttons.append("Copy as ", ...[["table", tabbed], ["LaTeX", forLatex], ["JSON", asJson]].map(([kind, text]) => (
buttonOf(kind, `Copy as ${kind}: ${name}`, () => text(table)))));
} else if (svg && !box.closest("dialog")) {
buttons.append(buttonOf("Copy SVG", `Copy SVG: ${name}`, () => standalone(svg)));
} else continue;
if (box.classList.contains("switched")) box.append(buttons); // it goes with what it copies
else box.after(buttons);
}
}
