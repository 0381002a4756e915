"""Written claims: the ``expect:`` section of a spec, as models. Few runs read a spec with one."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import Field

from cnnanalyze.core.binding import bind
from cnnanalyze.core.conventions import CONVENTIONS, convention
from cnnanalyze.core.diagnostics import Faults, show_tree
from cnnanalyze.core.printed_number import FIGURE, PrintedNumber
from cnnanalyze.core.quantities import OF, seen
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.section import Entries, Itself, Reader, Section, Text, Wrong
from cnnanalyze.core.shape import EXTENTS, parse_text
from cnnanalyze.core.tree import Scalar, Sequence, Tree, text_of
from cnnanalyze.errors import Mark
from cnnanalyze.language.claims import VERDICTS, Claim, claimed, is_extents


class Printed(NamedTuple):
    """A figure as it is written, with its place."""

    text: str
    figure: PrintedNumber | None = None
    extents: tuple[int, ...] = ()


class Verdict(NamedTuple):
    """What a spec says of a figure, with its place."""

    word: str
    mark: Mark


def _number(tree: Tree) -> Printed:
    if not isinstance(tree, Scalar):
        raise ValueError(f"must be a number, not {show_tree(tree)}")  # noqa: TRY004 - its text is read
    try:
        return Printed(tree.text, PrintedNumber.parse(tree.text))
    except ValueError as error:
        raise ValueError(f"cannot be read: {error}") from None


def _extents(tree: Tree) -> Printed:
    found = parse_text(tree.text) if isinstance(tree, Scalar) else None
    if found is not None:
        return Printed(text_of(tree), extents=found)
    raise ValueError(f"must be written as 28x28x6 or as one number, not {show_tree(tree)}")


def _verdict(tree: Tree) -> Verdict:
    word = text_of(tree)
    if word in VERDICTS:
        return Verdict(word, tree.mark)
    hint = nearest(word, VERDICTS)
    raise ValueError(f"must be one of {', '.join(VERDICTS)}, not {show_tree(tree)}{hint}")


def read_convention(tree: Tree) -> str:
    """Return the name of a convention that there is.

    Raises
    ------
    ValueError
        If it is not a text.
    UsageError
        If there is none of that name.
    """
    if not text_of(tree):
        raise ValueError(f"must be a text, not {show_tree(tree)}")
    convention(text_of(tree))
    return text_of(tree)


ConventionName = Annotated[str, Reader(read_convention, lambda: {"enum": CONVENTIONS.names()})]
"""The name of a counting convention."""


class Terms(Section):
    """What holds for figures besides the numbers: how counted, under what, whether right."""

    wrong_code = missing_code = ""

    convention: ConventionName = Field(default="", description="how the source counts operations")
    settings: dict[str, Any] = Field(
        default_factory=dict, alias="set", description="parameters under which it was printed"
    )
    verdict: Annotated[Verdict | None, Reader(_verdict, {"enum": list(VERDICTS)})] = Field(
        default=None, description="wrong: known not to hold"
    )
    reason: Text = Field(default="", description="why the figure is wrong")


class Figure(Terms):
    """A figure: bare, or with terms of its own."""

    principal = "printed"
    definition = "figure"

    printed: Annotated[
        Printed, Reader(_number, {"type": ["number", "string"], "minimum": 0, "pattern": FIGURE})
    ] = Field(description="the number as it was printed")
    tree: Itself


class ExtentsFigure(Figure):
    """A shape, or one number per axis."""

    definition = "extents"

    printed: Annotated[
        Printed, Reader(_extents, {"type": ["integer", "string"], "minimum": 0, "pattern": EXTENTS})
    ] = Field(description="the number as it was printed")


def _figures(*, of_layer: bool) -> dict[str, type[Figure]]:
    return {q: ExtentsFigure if is_extents(q) else Figure for q in claimed(of_layer=of_layer)}


def _unknown(what: str, word: str, known: tuple[str, ...]) -> tuple[str, str]:
    from cnnanalyze.layers.synonyms import counted, near_key  # noqa: PLC0415 - for faults only

    words = f"{', '.join(known)}{near_key(word, 'quantities', known)}"
    whole = "a network" if what == "'total'" else "a layer"
    return (
        f"'{word}' is not a quantity that can be claimed of {whole}; known: {words}",
        counted(word, known),
    )


_OF_NETWORK = Entries(partial(_figures, of_layer=False), _unknown, example="total: {macs: 4.1G}")
_OF_LAYER = Entries(
    partial(_figures, of_layer=True), _unknown, example="conv1: {output: 28x28x6}", parted=seen
)


class SourceFigures(Terms):
    """What one source prints."""

    called = "a claim"
    example = "- {source: table 3, total: {parameters: 138M}}"
    needs: ClassVar[tuple[tuple[str, ...], ...]] = (("total", "layers"),)

    source: Text = Field(
        description="who printed it, and where", examples=["who printed it, and where"]
    )
    total: Annotated[dict[str, Figure], _OF_NETWORK] = Field(
        default_factory=dict,
        description="figures of the whole network",
        examples=["{parameters: 138M}"],
    )
    layers: dict[str, Annotated[dict[str, Figure], _OF_LAYER]] = Field(
        default_factory=dict,
        description="figures by layer or block",
        examples=["{conv1: {output: 28x28x6, parameters: 456}}"],
    )

    def figures(self) -> Iterator[tuple[str, str, Figure]]:
        """Yield every figure with its layer (nothing for the whole network) and its quantity."""
        for layer, table in (("", self.total), *self.layers.items()):
            for quantity, figure in table.items():
                yield layer, quantity, figure

    def wrong(self, what: str) -> Iterator[Wrong]:  # noqa: ARG002 - as inherited
        """Refuse figures that are said to be wrong without a reason."""
        for terms in (self, *(figure for _, _, figure in self.figures())):
            verdict = terms.verdict
            if verdict and verdict.word == "wrong" and not (terms.reason or self.reason):
                yield Wrong(
                    "a figure with 'verdict: wrong' needs its 'reason'",
                    help="say why what was printed is wrong",
                    mark=verdict.mark,
                )

    def claims(self, source: str = "") -> Iterator[Claim]:
        """Yield the claims; ``source`` is who printed them if this does not say."""
        for layer, written, figure in self.figures():
            quantity, _, image = written.partition(OF)
            verdict = figure.verdict or self.verdict
            printed = figure.printed
            yield Claim(
                quantity,
                layer,
                printed.text,
                printed.figure,
                printed.extents,
                self.source or source,
                figure.tree.mark,
                figure.convention or self.convention,
                verdict.word if verdict else "holds",
                figure.reason or self.reason,
                tuple({**self.settings, **figure.settings}.items()),
                image,
            )


def read_claims(tree: Tree, faults: Faults) -> tuple[Claim, ...]:
    """Read the ``expect:`` section: a list of sources, each with the figures it prints."""
    if not isinstance(tree, Sequence):
        faults.add(
            f"'expect' must be a list of sources with their figures, not {show_tree(tree)}",
            tree.mark,
            help="expect: [{source: table 3, total: {parameters: 138M}}]",
        )
        return ()
    sources = (bind(item, SourceFigures, "a claim", faults) for item in tree.items)
    return tuple(claim for source in sources if source for claim in source.claims())
