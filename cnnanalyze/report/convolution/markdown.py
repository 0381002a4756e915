"""Markdown with mathematics, and LaTeX: every step as matrices, the window shaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cnnanalyze.core.exact_number import Number
from cnnanalyze.course.worked_steps.layer_section import WorkedLayer, Working
from cnnanalyze.course.worked_steps.volume import Volume
from cnnanalyze.course.worked_steps.window_steps import Cells, Walk, WindowStep
from cnnanalyze.report.convolution.step_selection import (
    Shown,
    heading,
    is_large,
    judged,
    kernel,
    number_of,
    say,
    show,
    summation,
    where,
)
from cnnanalyze.report.latex import escape as escape_latex
from cnnanalyze.report.markdown import escape
from cnnanalyze.report.numbers import count_of

Mark = Callable[[int, int, str], str]
MOST_ROWS = 20
LINE = 220
"""A sum with more characters is left to its result."""


def markdown(shown: Shown) -> str:
    """Return sections as Markdown with mathematics between dollars."""
    lines = [f"# {escape(shown.title)}", ""]
    for section in shown.sections:
        lines += [f"## {escape(heading(section))}", ""]
        if section.formula:
            lines += [escape(section.formula), ""]
        for step in shown.chosen(section):
            assert section.walk is not None
            lines += [f"**{where(section.walk, step)}**", ""]
            for equation in _equations(section.walk, step, shade=_bold):
                lines += ["$$", equation, "$$", ""]
        lines += _left_out(shown, section)
        if section.working is not None:
            lines += [*_table(section.working), ""]
        lines += _result(section.after)
        lines += [f"Note: {escape(remark)}" for remark in section.remarks]
        lines.append("")
    if shown.verdict is not None:
        lines += [f"- {escape(line)}" for line in judged(shown.verdict)]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def latex(shown: Shown) -> str:
    """Return sections as a LaTeX document; it needs amsmath and xcolor."""
    lines = [
        r"\documentclass{article}",
        r"\usepackage{amsmath}",
        r"\usepackage[table]{xcolor}",
        r"\usepackage[margin=2cm]{geometry}",
        r"\setcounter{MaxMatrixCols}{40}",
        r"\allowdisplaybreaks",
        r"\newcommand{\window}[1]{\colorbox{yellow!40}{$#1$}}",
        r"\newcommand{\result}[1]{\colorbox{green!30}{$\mathbf{#1}$}}",
        r"\setlength{\fboxsep}{1.5pt}",
        r"\begin{document}",
        rf"\section*{{{escape_latex(shown.title)}}}",
    ]
    for section in shown.sections:
        lines.append(rf"\subsection*{{{_arrow(escape_latex(heading(section)))}}}")
        if section.formula:
            lines.append(rf"\noindent {escape_latex(section.formula)}\par")
        for step in shown.chosen(section):
            assert section.walk is not None
            lines.append(rf"\paragraph{{{escape_latex(where(section.walk, step))}}}")
            lines += [rf"\[ {e} \]" for e in _equations(section.walk, step, shade=_boxed)]
        lines += [rf"\noindent {escape_latex(t)}" for t in _left_out(shown, section) if t]
        if section.working is not None:
            lines += _tabular(section.working)
        if section.after.rank and not is_large(section.after):
            lines += [rf"\[ {e} \]" for e in _outputs(section.after)]
        elif not section.after.rank:
            lines.append(rf"\noindent Output: {', '.join(map(show, section.after.flat()))}\par")
        lines += [rf"\noindent Note: {escape_latex(r)}\par" for r in section.remarks]
    if shown.verdict is not None:
        items = [rf"\item {escape_latex(line)}" for line in judged(shown.verdict)]
        lines += [r"\begin{itemize}", *items, r"\end{itemize}"]
    lines += [r"\end{document}", ""]
    return "\n".join(lines)


def _arrow(text: str) -> str:
    return text.replace("->", r"$\to$")


def _left_out(shown: Shown, section: WorkedLayer) -> list[str]:
    if section.walk is None or shown.place is not None:
        return []
    left = section.walk.places - len(shown.chosen(section))
    return [f"... {count_of(left, 'more step')}", ""] if left else []


# --- mathematics ----------------------------------------------------------------------------------


def _bold(text: str, style: str) -> str:
    if style == "at":
        return rf"\boxed{{{text}}}"
    return rf"\mathbf{{\underline{{{text}}}}}" if style == "in" else text


def _boxed(text: str, style: str) -> str:
    if style == "at":
        return rf"\result{{{text}}}"
    return rf"\window{{{text}}}" if style == "in" else text


def _equations(walk: Walk, step: WindowStep, shade: Callable[[str, str], str]) -> Iterator[str]:
    """Yield the image over which the window lies, the kernel and the output, then the sum."""
    written = kernel(step) if walk.kernels else None
    factors = []
    for n, channel in enumerate(step.reads):
        image = _under(walk, step, n, channel, shade)
        if written is None:
            factors.append(image)
            continue
        over = "" if written.divisor == 1 else rf"\tfrac{{1}}{{{written.divisor}}}"
        factors.append(rf"{image} * {over}{_matrix(written.planes[n])}")
    for n, part in enumerate(factors):
        last = n == len(factors) - 1
        yield part + (rf" \;\to\; {_so_far(walk, step, shade)}" if last else r" \quad +")
    told = summation(walk, step, times=r" \cdot ")
    line = told.ending if len(told.parts) > 1 or len(told.line) > LINE else told.line
    if "of " in line:  # words in place of too many terms
        line = told.ending
    line = line.replace("max(", r"\max(").replace("~", r"\approx")
    yield line.replace("(bias)", r"\text{ (bias)}")


def _under(
    walk: Walk, step: WindowStep, n: int, channel: int, shade: Callable[[str, str], str]
) -> str:
    if is_large(walk.image):
        return _matrix(step.windows[n], lambda *_: "in", shade)
    top, left = (at * s for at, s in zip((step.row, step.column), walk.stride, strict=True))
    rows = {top + i * walk.dilation[0] for i in range(walk.size[0])}
    columns = {left + i * walk.dilation[1] for i in range(walk.size[1])}
    return _matrix(
        walk.padded[channel], lambda r, c: "in" if r in rows and c in columns else "", shade
    )


def _so_far(walk: Walk, step: WindowStep, shade: Callable[[str, str], str]) -> str:
    if not walk.image.rank or is_large(Volume((walk.output.planes[step.channel],))):
        return shade(show(step.result), "at")
    rows, columns, _ = walk.counts
    at = number_of(walk, step) - step.channel * rows * columns - 1

    def mark(r: int, c: int) -> str:
        number = r * columns + c
        return "at" if number == at else "to come" if number > at else ""

    return _matrix(walk.output.planes[step.channel], mark, shade)


def _matrix(
    cells: Cells,
    mark: Callable[[int, int], str] = lambda *_: "",
    shade: Callable[[str, str], str] = lambda text, _: text,
) -> str:
    def one(r: int, c: int, value: Number | None) -> str:
        style = mark(r, c)
        return r"\cdot" if style == "to come" or value is None else shade(show(value), style)

    rows = [" & ".join(one(r, c, v) for c, v in enumerate(row)) for r, row in enumerate(cells)]
    inner = r" \\ ".join(rows)
    return rf"\begin{{bmatrix}} {inner} \end{{bmatrix}}"


def _outputs(after: Volume) -> Iterator[str]:
    for c, plane in enumerate(after.planes):
        name = rf"\text{{output, channel {c + 1}}}" if after.channels > 1 else r"\text{output}"
        yield f"{name} = {_matrix(plane)}"


def _result(after: Volume) -> list[str]:
    if not after.rank:
        return [f"Output: {', '.join(map(show, after.flat()))}", ""]
    if is_large(after):
        return [f"Output: {after.shape}", ""]
    return [line for e in _outputs(after) for line in ("$$", e, "$$", "")]


# --- workings -------------------------------------------------------------------------------------


def _cells(working: Working) -> list[list[str]]:
    return [[show(n) for n in row] for row in working.rows[:MOST_ROWS]]


def _table(working: Working) -> list[str]:
    heads = [escape(h) for h in working.headings]
    lines = [f"| {' | '.join(heads)} |", f"|{'|'.join(' ---: ' for _ in heads)}|"]
    lines += [f"| {' | '.join(row)} |" for row in _cells(working)]
    if working.facts:
        told = ", ".join(f"{name} {say(value)}" for name, value in working.facts)
        lines += ["", escape(told)]
    return lines


def _tabular(working: Working) -> list[str]:
    heads = " & ".join(escape_latex(h) for h in working.headings)
    rows = [" & ".join(row) + r" \\" for row in _cells(working)]
    told = ", ".join(f"{escape_latex(name)} {say(value)}" for name, value in working.facts)
    return [
        rf"\begin{{center}}\begin{{tabular}}{{{'r' * len(working.headings)}}}",
        heads + r" \\ \hline",
        *rows,
        r"\end{tabular}\end{center}",
        *([rf"\noindent {told}\par"] if told else []),
    ]
