"""The engine: reads a spec as far as it goes, and runs every rule that this stage allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnanalyze.core import tree as trees
from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.core.garbage import without_collection
from cnnanalyze.errors import CnnError, Fault, Mark, Source, SpecError
from cnnanalyze.graph.network import Network
from cnnanalyze.language.build import Attempt, attempt
from cnnanalyze.language.document import Document
from cnnanalyze.language.recognition import looks_like_spec
from cnnanalyze.language.spec import spec_of
from cnnanalyze.language.yaml import follow
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import SEVERITIES, Finding
from cnnanalyze.linting.result import FileResult
from cnnanalyze.linting.rules import ENGINE, FAULT
from cnnanalyze.linting.settings import Settings
from cnnanalyze.linting.spec_section import read_given

if TYPE_CHECKING:
    from cnnanalyze.analysis.result import Analysis
    from cnnanalyze.linting.suppression import Comments

STAGES = ("text", "document", "network", "analysis")
CRASHED, SETTING, UNUSED, UNEXPLAINED = "LN001", "LN002", "SP010", "SP000"
UNMATCHED = "BG010"


def lint_source(
    source: Source,
    folder: Path | None = None,
    settings: Settings | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> FileResult:
    """What is wrong with a spec, and what looks wrong in it?

    Parameters
    ----------
    source
        The text.
    folder
        The folder in whose tree ``extends`` may name files.
    settings
        Which rules are on, and how.
    parameters
        Values for the spec's parameters, instead of their defaults.
    """
    return lint_attempt(source, attempt(source, parameters, folder), folder, settings, parameters)


def lint_attempt(
    source: Source,
    read: Attempt,
    folder: Path | None,
    settings: Settings | None,
    parameters: Mapping[str, Any] | None,
) -> FileResult:
    """What is wrong with a spec of which an attempt to read it was made with the same arguments?"""
    document, network, faults = read
    tree = document.tree if document is not None else _tree(source)
    if document is not None and document.tree.get("extends") is not None:
        tree = _tree(source)
    result, context = _judge(source, tree, document, network, faults, settings or Settings())
    return _weighed(result, context, folder, parameters)


def _weighed(
    result: FileResult,
    context: RuleContext,
    folder: Path | None,
    parameters: Mapping[str, Any] | None,
) -> FileResult:
    """Return the result with the fixes marked that make a claim or a budget fail.

    A file that was named and does not look like a spec is not ours to change: it has no fixes.
    """
    if not any(f.fix for f in result.findings):
        return result
    network = context.network
    if network is None and not looks_like_spec(result.source.text, folder):
        findings = tuple(replace(f, fix=None) for f in result.findings)
        return replace(result, findings=findings)
    if network is None or not ((spec := spec_of(network)).claims or spec.budgets):
        return result
    from cnnanalyze.linting.safety import weigh_fixes  # noqa: PLC0415 - most specs need no fix

    analysis = context.analysis
    assert analysis is not None
    return weigh_fixes(result, analysis, folder, parameters)


def lint_network(
    network: Network,
    settings: Settings | None = None,
    *,
    analysis: Analysis | None = None,
    name: str = "",
) -> FileResult:
    """What looks wrong in a network that is read already?

    Whoever has its ``analysis`` hands it over; otherwise it is made, if some rule asks for it.
    ``name`` is that of the file that a front end read it from.
    """
    spec = spec_of(network)
    result, context = _judge(
        spec.source or Source(name or network.name, ""),
        None if spec.document is None else spec.document.tree,
        spec.document,
        network,
        (),
        settings or Settings(),
        analysis,
    )
    return _weighed(result, context, spec.folder, dict(spec.settings))


def lint_refused(name: str, error: SpecError, settings: Settings | None = None) -> FileResult:
    """What is wrong with a file that a front end refused?"""
    source, faults = Source(name, ""), error.faults
    return _judge(source, None, None, None, faults, settings or Settings())[0]


def _tree(source: Source) -> trees.Mapping | None:
    """Return what is written in a file by itself, as far as it is a mapping."""
    tree = follow(source, Faults())
    return tree if isinstance(tree, trees.Mapping) else None


@without_collection()
def _judge(
    source: Source,
    tree: trees.Mapping | None,
    document: Document | None,
    network: Network | None,
    faults: tuple[Fault, ...],
    settings: Settings,
    analysis: Analysis | None = None,
) -> tuple[FileResult, RuleContext]:
    complaints: list[Finding] = []
    if document is not None and document.written.lint is not None:
        given, wrong = read_given(document, settings)
        settings = settings.with_spec(given)
        complaints += [_own(SETTING, settings, m, mark, help_) for mark, m, help_ in wrong]
    # Keys that come from specs that this one extends stand in other texts.
    keys = () if document is None else document.tree.entries
    sources = {s.name: s for s in (source, *(key.mark.source for key, _ in keys))}
    comments = {n: _comments(s, settings) for n, s in sources.items() if _speaks_to_us(s)}
    for read_in in comments.values():
        complaints += [
            _own(SETTING, settings, message, mark, help_) for mark, message, help_ in read_in.faults
        ]
    context = RuleContext(
        source,
        tree,
        document,
        network,
        faults,
        settings.target,
        settings.thresholds,
        (lambda: settings.configured) if settings.budgets.entries else None,
        analysis,
    )
    found = [*complaints, *_faults(context, settings)]
    judged: set[str] = set()
    suppressed = 0
    rows = [r for r in settings.per_file if r[0].fits_file(source.name)]
    for finding in _found(context, settings, judged):
        if _is_excused(finding, comments, rows):
            suppressed += 1
        else:
            found.append(finding)
    if UNUSED in settings.codes:
        for read_in in comments.values():
            for mark, message, fix in read_in.unused(frozenset(judged)):
                unused = replace(_own(UNUSED, settings, message, mark), fix=fix)
                if not _is_excused(unused, {}, rows):
                    found.append(unused)
    merged = sorted(
        (
            replace(
                f,
                severity=settings.severity.get(f.code, f.severity),
                file="" if f.mark is not None else source.name,
            )
            for f in _merge(found, network)
        ),
        key=_order,
    )
    checked = _patterns(context, judged)
    return FileResult(source, tuple(merged), suppressed, checked=checked), context


def _order(finding: Finding) -> tuple[str, int, int, int, str]:
    mark = finding.mark
    rank = SEVERITIES.index(finding.severity)
    if mark is None:
        return "", 0, 0, rank, finding.code
    return mark.source.name, *mark.position, rank, finding.code


def _speaks_to_us(source: Source) -> bool:
    """Whether a text may have comments for the linter; if not, what reads them is not imported."""
    return any("cnn:" in line.partition("#")[2] for line in source.lines)


def _comments(source: Source, settings: Settings) -> Comments:
    from cnnanalyze.linting.suppression import read_comments  # noqa: PLC0415 - see above

    return read_comments(source, settings.known)


def _own(
    code: str,
    settings: Settings,
    message: str,
    mark: Mark | None = None,
    help: str = "",  # noqa: A002 - the word users read
) -> Finding:
    """Return a finding of the linter itself."""
    entry = settings.known[code]
    return Finding(code, entry.name, entry.severity, message, mark, help=help)


# --- running -------------------------------------------------------------------------------------


def _reached(context: RuleContext) -> tuple[str, ...]:
    """Return the stages that the reading has passed; what was made without a text was not read."""
    if context.network is not None:
        return STAGES if context.document is not None else STAGES[2:]
    if context.document is None or not context.document.tree.is_whole:
        return STAGES[:1]
    # Behind a key that is written twice nobody knows what is used and what is not.
    return STAGES[:1] if any(fault.code == "SP002" for fault in context.faults) else STAGES[:2]


def _found(context: RuleContext, settings: Settings, judged: set[str]) -> Iterator[Finding]:
    """Yield what the rules find; where sizes of the input are open, what holds for others, too."""
    found = _run(context, settings, judged)
    if context.network is None or not context.network.assumed:
        return found
    from cnnanalyze.crosscheck.closed_forms import with_other_sizes  # noqa: PLC0415 - few are open

    others = with_other_sizes(context.network)
    if others is None:
        return found
    kept = set(map(_said, _run(context.of(others), settings, set())))
    return (finding for finding in found if _said(finding) in kept)


def _said(finding: Finding) -> tuple[object, ...]:
    """Return what a finding says, and of what."""
    return finding.code, finding.message, finding.mark, finding.path, repr(finding.values)


def _run(context: RuleContext, settings: Settings, judged: set[str]) -> Iterator[Finding]:
    """Run the rules that are on and whose stage is reached; note which were run."""
    allowed = _reached(context)
    layers = [node.layer for node in context.network or ()]
    traits = frozenset[str]().union(*(kind.traits for kind in {type(layer) for layer in layers}))
    written = frozenset(name for layer in layers for name in layer.model_fields_set)
    for code in sorted(settings.codes):
        entry = settings.known[code]
        if entry.needs not in allowed:
            continue
        if (entry.section and not _has(entry.section, context)) or entry.is_idle(traits, written):
            judged.add(code)
        else:
            found = _try(code, context, settings)
            if not any(f.code == CRASHED for f in found):
                judged.add(code)
            yield from found


def _has(section: str, context: RuleContext) -> bool:
    """Whether a section is in the spec or, as budgets may be, in the configuration."""
    if section == "budgets" and context.has_configured:
        return True
    return context.document is not None and context.document.tree.get(section) is not None


def _patterns(context: RuleContext, judged: set[str]) -> frozenset[str]:
    """Return the configurations whose patterns of layers were looked for."""
    if UNMATCHED not in judged or not context.has_configured:
        return frozenset()
    budgets = context.configured.budgets
    return frozenset(n.mark.source.name for n in (budgets.limits if budgets else ()) if n.layer)


def _faults(context: RuleContext, settings: Settings) -> Iterator[Finding]:
    """Yield every fault of the reading, under the rule that explains it."""
    told: set[tuple[str, Mark | None]] = set()
    for code in sorted({fault.code for fault in context.faults}):
        entry = settings.known.get(code)
        if entry is not None and entry.needs == FAULT:
            for finding in _try(code, context, settings):
                told.add((finding.message, finding.mark))
                yield finding
    for fault in context.faults:
        if (fault.message, fault.mark) not in told:
            entry = settings.known.get(fault.code)
            code = UNEXPLAINED if entry is None or entry.needs == ENGINE else fault.code
            yield Finding(
                code,
                settings.known[code].name,
                "error",
                fault.message,
                fault.mark,
                help=fault.help,
                chain=fault.chain,
                instances=fault.count,
            )


def _try(code: str, context: RuleContext, settings: Settings) -> list[Finding]:
    """Run one rule; if it crashes, that is the finding."""
    try:
        cls = settings.rule(code)
        assert cls is not None, f"the index knows {code}, but no module enters it"
        return list(cls().check(context))
    except Exception as error:  # noqa: BLE001 - a rule may be anybody's
        said = error.message if isinstance(error, CnnError) else str(error)
        name = settings.known[code].name
        message = f"the rule {code} ({name}) crashed: {type(error).__name__}: {said}"
        help_text = f"the other rules were run; 'ignore = [\"{code}\"]' leaves this one out"
        return [_own(CRASHED, settings, message, None, help_text)]


# --- excusing and merging ------------------------------------------------------------------------


def _is_excused(
    finding: Finding,
    comments: Mapping[str, Comments],
    rows: Iterable[tuple[Any, frozenset[str]]],
) -> bool:
    if finding.code == CRASHED:
        return False
    marks = [call.mark for call in finding.chain]
    if finding.mark is not None:
        marks.append(finding.mark)
    hidden = [c.hide(finding.code, marks) for c in comments.values()]  # all of them: each is noted
    if any(hidden):
        return True
    return any(finding.code in codes and row.fits_path(finding.path) for row, codes in rows)


def _merge(findings: Iterable[Finding], network: Network | None) -> list[Finding]:
    """Tell what is found at one place in many instances once, with their number and the first."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for f in findings:
        mark = f.mark
        where = (mark.source.name, *mark.position) if mark else (f.path, f.message)
        groups.setdefault((f.code, *where), []).append(f)
    instances: Counter[Mark | None] = Counter()
    if network is not None and any(f.fix for group in groups.values() for f in group):
        instances.update(node.mark for node in network)
    merged = []
    for group in groups.values():
        first = group[0]
        if len(group) > 1:
            first = replace(first, instances=sum(f.instances for f in group))
        if first.fix is not None and network is not None and first.path in network:
            # A change of the text changes every instance: each must have asked for it.
            paths = {f.path for f in group}
            if len(paths) < instances[network[first.path].mark]:
                first = replace(first, fix=None)
        merged.append(first)
    return merged
