"""The page of one network: what goes into its template."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from cnnanalyze.analysis import alpha
from cnnanalyze.analysis.memory import BYTES
from cnnanalyze.analysis.pipeline import index_maps
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.characters import capitalized
from cnnanalyze.core.conventions import CONVENTIONS, Convention
from cnnanalyze.core.diagnostics import show_value
from cnnanalyze.core.garbage import without_collection
from cnnanalyze.core.spelling import count_of
from cnnanalyze.crosscheck.budget import Check, check_budgets, noun, sentence
from cnnanalyze.crosscheck.claims import ClaimCheck, check_claims
from cnnanalyze.crosscheck.result import Balance
from cnnanalyze.drawing.families import FAMILIES, family
from cnnanalyze.drawing.svg import draw
from cnnanalyze.errors import CnnError
from cnnanalyze.graph.network import inputs_of
from cnnanalyze.language.spec import spec_of
from cnnanalyze.report.document import Headlines
from cnnanalyze.report.json import network_dict, to_dict
from cnnanalyze.report.numbers import exact
from cnnanalyze.report.options import Options
from cnnanalyze.report.page import charts, layers, receptive_field, treemap
from cnnanalyze.report.page.background import Background
from cnnanalyze.report.page.columnar import result_by_columns
from cnnanalyze.report.page.frame import SCRIPT, render
from cnnanalyze.report.page.headlines import badges, headlines, verification
from cnnanalyze.report.page.source import Sources
from cnnanalyze.report.page.variants import Variant
from cnnanalyze.report.totals_text import closing
from cnnanalyze.report.view import view
from cnnanalyze.report.writers.html import fragment
from cnnanalyze.version import __version__

if TYPE_CHECKING:
    from cnnanalyze.linting.finding import Finding

Answers = Mapping[str, Markup]
"""Worked answers by layer, as HTML that is trusted."""

LONG = 2_000
"""Of networks of more layers a script makes the rows that are looked at, from those that are
written for readers without scripts, and the data have the layers by columns."""
HUGE = 30_000
"""Networks of more layers get a lean page: 20 MB would be too much for many readers."""
MOST_ROWS = 2_000
"""The most groups and single layers in the table; the number of others is below it."""

MOST_FINDINGS = 20
"""More findings of lint are folded."""
SCRIPTS = (SCRIPT, "network.js", "drawing.js", "zoom.js", "viewer.js")

SECTIONS = {
    "overview": "Overview",
    "verification": "Verification",
    "budgets": "Budgets",
    "claims": "Published figures",
    "findings": "Lint",
    "drawing": "Drawing",
    "layers": "Layers",
    "charts": "Charts",
    "field": "Receptive field",
    "answers": "Answers",
    "source": "Spec",
    "counting": "Counting",
    "provenance": "Provenance",
}
"""Every section of the page by its id, in order."""


class PublishedRow(NamedTuple):
    """One published figure, as a row."""

    outcome: str
    word: str
    tone: str
    quantity: str
    of: str
    printed: str
    computed: str
    source: str
    reason: str
    anchor: str
    line: int


class LayerAnswers(NamedTuple):
    """The worked answers of one layer."""

    order: int
    layer: str
    text: Markup


class Counted(NamedTuple):
    """One convention with its counts of the network; nothing where it does not count."""

    name: str
    operations: int | None
    parameters: int | None
    description: str
    source: str
    uncounted: tuple[str, ...]
    """Kinds of layers that are missing from the operations."""
    at: str = ""
    """Where the operations lie between nothing and the most that any convention counts."""


class KindTotal(NamedTuple):
    """The sums over all layers of one kind."""

    kind: str
    layers: int
    parameters: int
    macs: int
    operations: int
    bar: str
    layers_bar: str


@without_collection()
def to_html(
    analysis: Analysis,
    options: Options | None = None,
    *,
    balance: Balance | None = None,
    findings: Sequence[Finding] | None = None,
    answers: Answers | None = None,
    background: Background | None = None,
    variants: Sequence[Variant] = (),
    conventions_page: str = "",
    lean: bool = False,
) -> str:
    """Write the page of one network.

    Parameters
    ----------
    analysis
        What the rules say.
    options
        The convention of the headline, batch and type for the memory, layout of shapes.
    balance
        What a run showed; without one the page says that nothing was verified.
    findings
        What lint says; without it the page has no section for it.
    answers
        Worked answers by layer; without them the page has no section for it.
    background
        A picture of the reader, on which the page shows what units see.
    variants
        What it costs with other values of the parameters of its spec.
    conventions_page
        A page that says what each convention counts, where this one need not.
    lean
        Whether to leave out what makes a page large: the layers within groups, the treemaps, the
        embedded result and the scripts that need it. The page of a huge network is always lean.
    """
    options = options or Options()
    network = analysis.network
    is_huge = len(analysis) > HUGE
    lean = lean or is_huge
    result = network_dict(analysis, options, []) if lean else to_dict(analysis, options)
    sources, shown = Sources(network), view(analysis, options)
    bodies = layers.tabulate(shown, result, sources, MOST_ROWS if lean else None)
    is_long = not lean and len(analysis) > LONG
    claims = _claims(analysis, balance, sources)
    limits = [_budget(c, sources) for c in check_budgets(analysis, spec_of(network).budgets)]
    pictures = receptive_field.centres(analysis, background)
    drawing = Markup(draw(analysis)) if lean else _drawing(analysis, result)  # noqa: S704 - as below
    maps = () if lean else charts.treemaps(analysis, layers.groups_of(shown))
    held = {
        "verification": balance is not None,
        "budgets": bool(limits),
        "claims": bool(claims),
        "findings": findings is not None,
        "field": bool(pictures),
        "answers": bool(answers),
        "source": bool(sources.files),
    }
    spec = spec_of(network)
    origin = (spec.text("family"), str(spec.year or ""))
    return render(
        "network.html.j2",
        scripts=(SCRIPT, "zoom.js") if lean else SCRIPTS,
        lean=lean,
        has_images=background is not None,
        name=network.name,
        inputs=capitalized(inputs_of(network, options.shape)),
        origin=[
            *(part for part in origin if part and part != network.name),
            *(f"{name} = {value}" for name, value in spec.settings),
        ],
        about=spec.text("about"),
        origin_text=spec.text("source"),
        sections=[(key, words) for key, words in SECTIONS.items() if held.get(key, True)],
        result=result,
        is_long=is_long,
        by_columns=result_by_columns(result) if is_long else None,
        headlines=fragment(Headlines(headlines(analysis, options))),
        dtypes=[*BYTES.items()],
        variants=variants,
        badges=badges(analysis, balance, options.convention),
        verification=verification(balance),
        training=[line for line in closing(shown) if line[0] == "training"],
        balance=balance,
        budgets=limits,
        claims=claims,
        claims_text=_claims_text(claims),
        claims_fail=any(c.tone == "bad" for c in claims),
        findings=None if findings is None else [_finding(f, sources) for f in findings],
        most_findings=MOST_FINDINGS,
        drawing=drawing,
        bodies=bodies,
        hidden=len(analysis) - sum(group.layers for body in bodies for group in body),
        every="summary --format csv" if is_huge else "report",
        count=len(analysis),
        answered=set(answers or ()),
        treemaps=maps,
        legend=[*_legend(analysis, maps)],
        charts=charts.charts(analysis, options),
        kinds=_kinds(analysis),
        elementary=result["totals"]["elementary"].items(),
        alpha_source=alpha.SOURCE,
        doubts=alpha.DOUBTS if result["totals"]["macs"] else (),
        pictures=pictures,
        answers=_answers(answers or {}, analysis),
        files=sources.files,
        conventions=_conventions(analysis),
        conventions_page=conventions_page,
        has_uncounted=any(analysis.total.uncounted(c.name) for c in CONVENTIONS if _counts(c)),
        provenance=_provenance(analysis, sources, options),
        extra={} if lean else _extra(analysis),
    )


def _legend(analysis: Analysis, maps: Sequence[charts.Switched]) -> Iterator[tuple[str, str]]:
    """Yield the families that have a colour in the charts, with their words."""
    shown = {family(n) for n in analysis.network}
    yield from ((f.name, f.words) for f in FAMILIES.values() if f.name in shown)
    if any(treemap.has_several(m.drawing) for m in maps):
        yield treemap.SEVERAL, "smaller layers of several kinds"


def _drawing(analysis: Analysis, result: dict[str, Any]) -> Markup:
    """Draw the network; every layer and every block leads to its first row in the table."""
    first: dict[str, int] = {}
    for i, layer in enumerate(result["layers"]):
        parts = layer["id"].split("/")
        for n in range(len(parts)):
            first.setdefault("/".join(parts[: n + 1]), i)

    def link(path: str) -> str | None:
        return f"#n{first[path]}" if path in first else None

    text = draw(analysis, interactive=True, link=link, prefix="drawing-")
    return Markup(text)  # noqa: S704 - the drawing escapes every text in it


def _extra(analysis: Analysis) -> dict[str, Any]:
    """Return what the script needs beside the result."""
    network = analysis.network
    return {
        "columns": layers.offered(),
        "folded": len(analysis) > layers.FOLDED,
        "viewer": receptive_field.viewer(network, index_maps(network)),
    }


# --- budgets, claims ------------------------------------------------------------------------------


def _budget(check: Check, sources: Sources) -> dict[str, Any]:
    limit = check.limit
    anchor, line = sources.place(limit.mark)
    return {
        "quantity": noun(limit),
        "of": check.layer or "the network",
        "holds": check.is_kept,
        "word": f"✓ {check.verdict}" if check.is_kept else f"✗ {check.verdict}",
        "limit": f"{'≤' if limit.is_upper else '≥'} {limit.written}",
        "measured": "?" if check.measured is None else exact(check.measured),
        "share": "" if check.share is None else f"{float(check.share):.1f} %",
        "sentence": "" if check.is_kept else sentence(check),
        "anchor": anchor,
        "line": line,
    }


_WORDS = {
    "holds": ("✓ holds", "good"),
    "fails": ("✗ fails", "bad"),
    "wrong as marked": ("≠ wrong, as marked", "warn"),
    "right though marked wrong": ("✗ right, though marked wrong", "bad"),
}


def _claims(analysis: Analysis, balance: Balance | None, sources: Sources) -> list[PublishedRow]:
    checks = balance.claims if balance is not None else check_claims(analysis)
    return [_claim(check, sources) for check in checks]


def _claim(check: ClaimCheck, sources: Sources) -> PublishedRow:
    claim = check.claim
    word, tone = _WORDS[check.outcome]
    settings = ", ".join(f"{name} = {show_value(value)}" for name, value in claim.settings)
    under = f" under {claim.convention}" if claim.convention else ""
    anchor, line = sources.place(claim.mark)
    return PublishedRow(
        check.outcome,
        word,
        tone,
        claim.words + under,
        (claim.layer or "the network") + (f", with {settings}" if settings else ""),
        claim.printed,
        check.computed,
        claim.source,
        claim.reason,
        anchor,
        line,
    )


def _claims_text(claims: list[PublishedRow]) -> str:
    """Say whether printed figures hold.

    Examples
    --------
    >>> _claims_text([])
    ''
    """
    by_outcome: dict[str, int] = {}
    for claim in claims:
        by_outcome[claim.outcome] = by_outcome.get(claim.outcome, 0) + 1
    says = {
        "holds": "in accord with what is computed",
        "wrong as marked": "wrong, as the spec says",
        "fails": "not in accord",
        "right though marked wrong": "in accord though the spec calls them wrong",
    }
    parts = [f"{exact(by_outcome[o])} {words}" for o, words in says.items() if o in by_outcome]
    if not parts:
        return ""
    return f"Printed by others: {count_of(len(claims), 'figure')}; {', '.join(parts)}."


# --- findings, answers ----------------------------------------------------------------------------

_TONES = {"error": "bad", "warning": "warn", "info": ""}


def _finding(finding: Finding, sources: Sources) -> dict[str, Any]:
    anchor, line = sources.place(finding.mark)
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "tone": _TONES[finding.severity],
        "message": finding.message,
        "help": finding.help,
        "path": finding.path,
        "count": finding.instances,
        "anchor": anchor,
        "line": line,
    }


def _answers(answers: Answers, analysis: Analysis) -> list[LayerAnswers]:
    """Return the answers in the order of the layers."""
    return [
        LayerAnswers(i, name, answers[name])
        for i, name in enumerate(analysis.facts)
        if name in answers
    ]


# --- tables ---------------------------------------------------------------------------------------


def _kinds(analysis: Analysis) -> list[KindTotal]:
    """Return the sums by kind, the largest number of operations first."""
    sums: dict[str, tuple[int, ...]] = {}
    for facts, n in analysis.total.distinct():
        own = (1, facts.parameters, facts.operations("mac") or 0, facts.operations("flop") or 0)
        before = sums.get(facts.node.kind, (0, 0, 0, 0))
        sums[facts.node.kind] = tuple(a + n * b for a, b in zip(before, own, strict=True))
    total = analysis.total.operations("flop")
    most = max(n for n, *_ in sums.values())
    return [
        KindTotal(
            kind,
            n,
            parameters,
            macs,
            count,
            f"{100 * count / total:.1f}%" if total else "",
            f"{100 * n / most:.0f}%",
        )
        for kind, (n, parameters, macs, count) in sorted(
            sums.items(), key=lambda item: (-item[1][3], item[0])
        )
    ]


def _conventions(analysis: Analysis) -> list[Counted]:
    """Return the counts, those of operations from the least on, and then those of parameters."""
    rows = [
        Counted(
            c.name,
            _count(analysis.total.operations, c, "operations"),
            _count(analysis.total.counted_parameters, c, "parameters"),
            c.description,
            c.source,
            analysis.total.uncounted(c.name) if _counts(c) else (),
        )
        for c in CONVENTIONS
    ]
    most = max((row.operations or 0 for row in rows), default=0)
    rows.sort(key=lambda row: (row.operations is None, row.operations or 0))
    return [
        row._replace(at=f"{(row.operations or 0) / most:.3g}")
        if most and row.operations is not None
        else row
        for row in rows
    ]


def _counts(convention: Convention) -> bool:
    """Whether a convention counts operations."""
    return "operations" in convention.counts.split()


def _count(count: Callable[[str], int], convention: Convention, quantity: str) -> int | None:
    """Return what a convention counts; nothing if it does not count that, or refuses."""
    if quantity not in convention.counts.split():
        return None
    try:
        return count(convention.name)
    except CnnError:
        return None


def _provenance(analysis: Analysis, sources: Sources, options: Options) -> list[tuple[str, str]]:
    settings = ", ".join(f"{name} = {value}" for name, value in spec_of(analysis.network).settings)
    return [
        ("made by", f"cnnanalyze {__version__}"),
        *(("spec", f"{file.name}, SHA-256 {file.digest}") for file in sources.files),
        ("parameters set", settings or "none"),
        ("memory for", f"{options.dtype}, batch {options.batch}"),
        ("headline convention", options.convention),
    ]
