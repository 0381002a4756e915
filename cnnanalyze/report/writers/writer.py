"""What a format is: a class that writes documents, by name in one registry."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, Generic, TypeVar

from cnnanalyze.core.registry import Registry
from cnnanalyze.report.document import (
    Block,
    Code,
    Document,
    Facts,
    Figure,
    Figures,
    Group,
    Heading,
    Headlines,
    Items,
    Paragraph,
    Tabular,
    strong,
    words,
)
from cnnanalyze.report.formula import Formula
from cnnanalyze.report.planes import Planes


class Format(ABC):
    """Writes documents in one format."""

    name: ClassVar[str]
    """The word of ``--format``."""
    endings: ClassVar[tuple[str, ...]]
    """What the names of its files end in, the usual one first."""
    is_brief: ClassVar[bool] = False
    """Whether a list comes without what is to be said of each of its entries."""
    is_tabular: ClassVar[bool] = False
    """Whether it writes only results that are a table."""
    is_full: ClassVar[bool] = False
    """Whether its readers can search and filter, so that it writes in full what others abridge."""

    def __init__(self, width: int) -> None:
        self.width = width
        """The cells of a line, for formats that are read as they are."""

    @abstractmethod
    def write(self, document: Document) -> str:
        """Return a whole document, with the end of its last line."""

    def pieces(self, document: Document) -> Iterator[str]:
        """Yield the same piece by piece, where a format can: some results are very long."""
        return iter((self.write(document),))


Written = TypeVar("Written")


class BlockWriter(Format, Generic[Written]):
    """Writes documents block by block: a method for each kind of block."""

    def block(self, block: Block) -> Written:
        """Return one block."""
        match block:
            case Heading():
                return self.heading(block)
            case Paragraph():
                return self.paragraph(block)
            case Facts():
                return self.facts(block)
            case Items():
                return self.items(block)
            case Tabular():
                return self.tabular(block)
            case Code():
                return self.code(block)
            case Figure():
                return self.figure(block)
            case Figures():
                return self.figures(block)
            case Headlines():
                return self.headlines(block)
            case Formula():
                return self.formula(block)
            case Planes():
                return self.planes(block)
            case Group():
                return self.group(block)

    @abstractmethod
    def heading(self, block: Heading) -> Written:
        """Return a heading."""

    @abstractmethod
    def paragraph(self, block: Paragraph) -> Written:
        """Return sentences."""

    @abstractmethod
    def facts(self, block: Facts) -> Written:
        """Return names with what is said of them."""

    @abstractmethod
    def items(self, block: Items) -> Written:
        """Return a list."""

    @abstractmethod
    def tabular(self, block: Tabular) -> Written:
        """Return a table."""

    @abstractmethod
    def code(self, block: Code) -> Written:
        """Return a text in a language."""

    @abstractmethod
    def figure(self, block: Figure) -> Written:
        """Return a picture, or its description."""

    @abstractmethod
    def figures(self, block: Figures) -> Written:
        """Return pictures, or their descriptions."""

    def headlines(self, block: Headlines) -> Written:
        """Return the numbers that one asks for first; here as names with what is said of them."""
        return self.facts(block.facts)

    @abstractmethod
    def formula(self, block: Formula) -> Written:
        """Return a formula."""

    @abstractmethod
    def planes(self, block: Planes) -> Written:
        """Return planes of numbers side by side."""

    @abstractmethod
    def group(self, block: Group) -> Written:
        """Return blocks below their title."""


class Writer(BlockWriter[str]):
    """Writes documents as text: the text of each block ends no line."""

    def write(self, document: Document) -> str:
        """Return a whole document."""
        return self.blocks(tuple(document.shown(in_full=self.is_full))) + "\n"

    def blocks(self, blocks: Sequence[Block]) -> str:
        """Return blocks, an empty line between them."""
        return "\n\n".join(map(self.block, blocks))

    def figures(self, block: Figures) -> str:
        """Return pictures one below the other."""
        return self.blocks(block.figures)

    def planes(self, block: Planes) -> str:
        """Return planes of numbers as matrices."""
        from cnnanalyze.report.matrices import side_by_side  # noqa: PLC0415 - few documents have any

        return self.formula(side_by_side(block))

    def group(self, block: Group) -> str:
        """Return blocks below their title, which is a heading or bold."""
        if block.level:
            title: Block = Heading(words(block.title), block.level)
        else:
            title = Paragraph(strong(block.title))
        return self.blocks((title, *block.blocks))


FORMATS: Registry[type[Format]] = Registry("format", group="cnnanalyze.formats")

FormatClass = TypeVar("FormatClass", bound=type[Format])


def writer(name: str, *endings: str) -> Callable[[FormatClass], FormatClass]:
    """Register a class as the writer of a format; one of another package carries a dot in its name.

    Parameters
    ----------
    name
        The word of ``--format``.
    *endings
        What the names of its files end in, the usual one first.

    Returns
    -------
    Callable
        A decorator for a subclass of :class:`Format`, most often of :class:`Writer`.

    Raises
    ------
    PluginError
        If a method is missing, the name is taken, or one of another package has no dot.

    Examples
    --------
    >>> from cnnanalyze.report.writers.markdown import Markdown
    >>> with FORMATS.scoped():
    ...
    ...     @writer("acme.wiki", ".wiki")
    ...     class Wiki(Markdown):
    ...         "Markdown with headings of another kind."
    ...
    ...         def heading(self, block):
    ...             return f"{'=' * block.level} {block.text}"
    ...
    ...     FORMATS.get("acme.wiki")(80).block(Heading("One", 2))
    '== One'
    """

    def register(cls: FormatClass) -> FormatClass:
        FORMATS.check_class(name, cls)
        cls.name, cls.endings = name, endings
        FORMATS.add(name, cls)
        return cls

    return register
