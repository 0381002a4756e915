"""What Tab offers behind a command: networks, layers, columns, rules and other names.

typer asks these functions while somebody types. A spec may be half written then, so whatever cannot
be read offers nothing, and says nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cnnanalyze.errors import CnnError

if TYPE_CHECKING:
    from cnnanalyze.analysis.result import Analysis

Offer = list[tuple[str, str]]
"""Words, each with what it means; an empty text says nothing."""
Completer = Callable[[str], Offer]


def one_of(find: Callable[[], Iterable[str]]) -> Completer:
    """Return what offers the words that a function finds when somebody asks.

    Examples
    --------
    >>> one_of(lambda: ("hwc", "chw"))("h")
    [('hwc', ''), ('chw', '')]
    """

    def offer(incomplete: str) -> Offer:  # noqa: ARG001 - typer leaves what begins otherwise out
        return _offer(find)

    return offer


def list_of(find: Callable[[], Iterable[str]]) -> Completer:
    """Return what offers words for the last place of a list with commas.

    Examples
    --------
    >>> list_of(lambda: ("name", "output"))("name,ou")
    [('name,name', ''), ('name,output', '')]
    """

    def offer(incomplete: str) -> Offer:
        before = incomplete.rpartition(",")[0]
        begun = f"{before}," if before else ""
        return [(f"{begun}{word}", meaning) for word, meaning in _offer(find)]

    return offer


def _offer(find: Callable[[], Iterable[str]]) -> Offer:
    try:
        return [(word, "") for word in find()]
    except (CnnError, OSError, ValueError):
        return []


# --- files and what comes along -------------------------------------------------------------------


def specs(incomplete: str) -> Offer:
    """Offer the networks of the zoo; files are what the shell offers by itself."""
    from cnnanalyze.language.zoo import zoo

    return _of_zoo(zoo(), incomplete)


def audited(incomplete: str) -> Offer:
    """Offer networks, tables and lectures that come along."""
    from cnnanalyze.language.zoo import house, zoo

    tables = (path.stem for path in (house() / "tables").glob("*.table"))
    lectures = (f"lecture_{path.stem}" for path in (house() / "lectures").glob("*.facts"))
    return _of_zoo([*zoo(), *sorted(tables), "lectures", *sorted(lectures)], incomplete)


def sheets(incomplete: str) -> Offer:
    """Offer the homework sheets that come along."""
    from cnnanalyze.language.zoo import house

    return _of_zoo(sorted(p.stem for p in (house() / "sheets").glob("*.sheet")), incomplete)


def _of_zoo(names: Iterable[str], incomplete: str) -> Offer:
    """Offer names behind ``zoo:``, and beside them the files that begin alike.

    Where nothing is typed yet, nothing is offered: the shell then offers files.
    """
    from cnnanalyze.language.zoo import ZOO

    if not incomplete or not (incomplete.startswith(ZOO) or ZOO.startswith(incomplete)):
        return []
    files: list[str] = []
    with suppress(OSError):
        files = sorted(p.name for p in Path().iterdir() if p.name.startswith(incomplete))
    return [(word, "") for word in (*(f"{ZOO}{name}" for name in names), *files)]


# --- what a spec holds ----------------------------------------------------------------------------


def layers(context: typer.Context) -> Offer:
    """Offer the layers and blocks of the spec that is named before."""
    analysis = _analyze(context)
    if analysis is None:
        return []
    ids = [node.id for node in analysis.network.nodes]
    blocks = (
        "/".join(parts[:n]) for i in ids if (parts := i.split("/")) for n in range(1, len(parts))
    )
    return [(word, "") for word in dict.fromkeys([*blocks, *ids])]


def quantities(context: typer.Context) -> Offer:
    """Offer what can be explained of the layer that is named before."""
    from cnnanalyze.course.explanations.explain import quantities as explained

    analysis = _analyze(context)
    if analysis is None:
        return []
    return _offer(lambda: explained(analysis, str(context.params.get("layer") or "")))


def parameters(context: typer.Context) -> Offer:
    """Offer the parameters of the spec that is named before, each with the value that it has."""
    import json

    from cnnanalyze.language.spec import spec_of

    analysis = _analyze(context)
    if analysis is None:
        return []
    known = spec_of(analysis.network).parameters
    plain = [(name, value) for name, value in known if _is_plain(value)]
    return [(f"{n}={v if isinstance(v, str) else json.dumps(v)}", "") for n, v in plain]


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float)  # a list would have to be quoted for the shell


def _analyze(context: typer.Context) -> Analysis | None:
    from cnnanalyze.analysis.pipeline import analyze
    from cnnanalyze.cli.specs import STDIN, load

    # Behind an option without its value, words have not found their places yet.
    given = context.params.get("spec") or context.params.get("specs") or context.args
    names = [given] if isinstance(given, str) else list(given)
    if not names or names[0] == STDIN:
        return None
    try:
        return analyze(load(names[0], {}))
    except (CnnError, OSError, ValueError):
        return None


# --- names of ours --------------------------------------------------------------------------------


def columns() -> list[str]:
    """Return the columns of the table of layers."""
    from cnnanalyze.report.columns import columns as every

    return list(every())


def conventions() -> list[str]:
    """Return the ways of counting."""
    from cnnanalyze.core.conventions import CONVENTIONS

    return CONVENTIONS.names()


def dtypes() -> Iterable[str]:
    """Return the types of numbers."""
    from cnnanalyze.analysis.memory import BYTES

    return BYTES


def number_formats() -> Iterable[str]:
    """Return the types of the numbers of deployed networks."""
    from cnnanalyze.deployment.number_format import FORMATS

    return FORMATS


def deployment_targets() -> Iterable[str]:
    """Return the places where networks run that come along."""
    from cnnanalyze.deployment.target import names

    return names()


def planners() -> Iterable[str]:
    """Return the ways to lay tensors out."""
    from cnnanalyze.deployment.target import PLANNERS

    return PLANNERS


def layouts() -> Iterable[str]:
    """Return the orders in which shapes are printed."""
    from cnnanalyze.report.options import LAYOUTS

    return LAYOUTS


def kinds() -> list[str]:
    """Return the layer kinds."""
    import cnnanalyze.layers  # noqa: F401 - fills the registry
    from cnnanalyze.layers.base import KINDS

    return KINDS.names()


def forms() -> Iterable[str]:
    """Return the forms of data that have a schema."""
    from cnnanalyze.core.versions import VERSIONS

    return VERSIONS


def rules() -> list[str]:
    """Return the lint rules, by code and by name."""
    from cnnanalyze.linting.rules import entries

    known = entries()
    return [*known, *(entry.name for entry in known.values())]


def profiles() -> Iterable[str]:
    """Return the sets of rules to begin with."""
    from cnnanalyze.linting.selection import PROFILES

    return PROFILES


def targets() -> list[str]:
    """Return the kinds of hardware that some rules are for."""
    from cnnanalyze.linting.rules import entries
    from cnnanalyze.linting.selection import targets as known_targets

    return list(known_targets(entries()))


def severities() -> Iterable[str]:
    """Return how grave findings can be."""
    from cnnanalyze.linting.finding import SEVERITIES

    return SEVERITIES


def notations() -> Iterable[str]:
    """Return the symbols and habits of explanations."""
    from cnnanalyze.course.explanations.notation import NOTATIONS

    return NOTATIONS


def lecture_tables() -> Iterable[str]:
    """Return the layer tables of lectures."""
    from cnnanalyze.report.lecture_tables import STYLES

    return STYLES


def colourings() -> list[str]:
    """Return what the boxes of a drawing can be coloured by."""
    from cnnanalyze.drawing.colour_scale import colour_quantities

    return ["kind", *colour_quantities()]


def themes() -> Iterable[str]:
    """Return the themes of a drawing."""
    from cnnanalyze.drawing.svg import THEMES

    return THEMES


def directions() -> Iterable[str]:
    """Return where drawings run to."""
    from cnnanalyze.drawing.svg import DIRECTIONS

    return DIRECTIONS


def drawing_styles() -> Iterable[str]:
    """Return what drawings show."""
    from cnnanalyze.drawing.svg import STYLES

    return STYLES


def filters() -> Iterable[str]:
    """Return the named filters."""
    from cnnanalyze.core.filters import CATALOGUE

    return CATALOGUE


def applied() -> Iterable[str]:
    """Return what can follow a convolution by hand."""
    from cnnanalyze.course.worked_steps import network

    return network.applied()


# --- words as shells see them ---------------------------------------------------------------------

REQUEST = "_CNNANALYZE_COMPLETE"
"""The variable with which a shell asks for completions, as typer's scripts for shells set it."""
_BREAK = re.compile("[:=]+")
_BEGIN = {
    "fish": re.compile("^(?=.)", re.MULTILINE),
    "zsh": re.compile(r'(?<=^")|(?<=\(\(")', re.MULTILINE),
}
"""Where an answer begins in what typer prints for a shell."""


@contextmanager
def whole_words() -> Iterator[None]:
    """Let ``zoo:res`` and ``--format=js`` be completed as each shell sees words.

    bash breaks words at ``:`` and ``=``, hands the pieces over, and puts what it gets in the place
    of the last piece alone: pieces are joined for typer, and its answers are cut. zsh and fish put
    what they get in the place of the whole word, of which typer leaves the name of the option out.
    """
    shell = os.environ.get(REQUEST, "").removeprefix("complete_")
    if shell in {"zsh", "fish"}:
        word = os.environ.get("_TYPER_COMPLETE_ARGS", "").split(" ")[-1]
        option, equals, _ = word.partition("=")
        with _changed(_BEGIN[shell], f"{option}=" if equals and option.startswith("--") else ""):
            yield
        return
    if shell != "bash":
        yield
        return
    words, index, begun = _join(
        os.environ.get("COMP_WORDS", "").split("\n"), int(os.environ.get("COMP_CWORD") or 0)
    )
    os.environ["COMP_WORDS"] = "\n".join(words)
    os.environ["COMP_CWORD"] = str(index)
    with _changed(re.compile(f"^{re.escape(begun)}", re.MULTILINE), ""):
        yield


@contextmanager
def _changed(place: re.Pattern[str], text: str) -> Iterator[None]:
    """Put a text in the place of what stands there in all that is printed meanwhile."""
    answer = StringIO()
    try:
        with redirect_stdout(answer):
            yield
    finally:
        typer.echo(place.sub(text, answer.getvalue()), nl=False)


def _join(pieces: list[str], index: int) -> tuple[list[str], int, str]:
    """Return the words that pieces make, which of them is being typed, and its finished part.

    Examples
    --------
    >>> _join(["cnnanalyze", "summary", "zoo", ":", "res"], 4)
    (['cnnanalyze', 'summary', 'zoo:res'], 2, 'zoo:')
    >>> _join(["cnnanalyze", "zoo", "--format", "=", "js"], 4)
    (['cnnanalyze', 'zoo', '--format=js'], 2, '--format=')
    >>> _join(["cnnanalyze", "summary", "net.yaml", ""], 3)
    (['cnnanalyze', 'summary', 'net.yaml', ''], 3, '')
    """
    words: list[str] = []
    glued = False
    for piece in pieces[: index + 1]:
        is_break = _BREAK.fullmatch(piece) is not None
        if words and piece and (is_break or glued):
            words[-1] += piece
        else:
            words.append(piece)
        glued = is_break
    last = words[-1] if words else ""
    begun = last[: max(map(last.rfind, ":=")) + 1]
    return words, max(len(words) - 1, 0), begun
