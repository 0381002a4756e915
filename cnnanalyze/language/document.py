"""Documents: a spec as it is written, its sections told apart."""

from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from cnnanalyze.core.binding import bind
from cnnanalyze.core.diagnostics import Faults, show_tree, show_value
from cnnanalyze.core.files import is_file, is_folder, resolved
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.section import (
    Later,
    NotEmpty,
    Section,
    Text,
    Whole,
    WrittenMapping,
    Wrong,
    fields_of,
    mapping_as,
    version,
    written_as,
)
from cnnanalyze.core.tree import Mapping, Scalar, Tree, is_empty, plain
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.errors import Mark, Source
from cnnanalyze.language.blocks import Block, check_defaults, check_names, read_blocks
from cnnanalyze.language.step import has_expression
from cnnanalyze.language.yaml import follow, open_source
from cnnanalyze.language.zoo import ZOO, house, zoo

if TYPE_CHECKING:
    from cnnanalyze.language.sections import Budgets

VERSION = VERSIONS["spec"]

TEXTS = ("name", "family", "source", "about")


def _as(definition: str) -> dict[str, Any]:
    """Return the schema of a part of the spec language."""
    return {"$ref": f"#/definitions/{definition}"}


def _list_of(definition: str, **more: int) -> dict[str, Any]:
    return {"type": "array", "items": _as(definition), **more}


def _input() -> Any:  # noqa: ANN401 - an annotation
    from cnnanalyze.language.written_inputs import Input  # noqa: PLC0415 - making classes takes time

    return Input


def _inputs() -> Any:  # noqa: ANN401
    from cnnanalyze.language.written_inputs import Inputs  # noqa: PLC0415 - as above

    return Inputs


def _blocks() -> Any:  # noqa: ANN401
    from cnnanalyze.language.written_blocks import Blocks  # noqa: PLC0415 - as above

    return Blocks


def _training() -> Any:  # noqa: ANN401 - an annotation
    from cnnanalyze.graph.training import Training  # noqa: PLC0415 - few specs have it

    return Training


def _lint() -> Any:  # noqa: ANN401
    from cnnanalyze.language.sections import Lint  # noqa: PLC0415 - as above

    return Lint


def _budgets() -> Any:  # noqa: ANN401
    from cnnanalyze.language.sections import BUDGETS  # noqa: PLC0415 - as above

    return Annotated[dict[str, Any], BUDGETS]


class SpecFile(Section):
    """What a spec says, after ``extends``."""

    wrong_code = ""
    needs: ClassVar[tuple[tuple[str, ...], ...]] = (("cnn",), ("input", "inputs"), ("layers",))

    exclusive: ClassVar[Lookup[tuple[str, str], str]] = {
        ("input", "inputs"): "'input: 224x224x3' is the short form of one input; write all under "
        "'inputs'"
    }

    cnn: version(VERSION) | None = Field(  # type: ignore[valid-type]
        default=None, description="version of the spec language", examples=[VERSION]
    )
    name: Text = Field(default="", description="name of the network")
    family: Text = Field(default="", description="family that the network belongs to")
    source: Text = Field(default="", description="who published it, and where")
    about: Text = Field(default="", description="whatever else a reader should know")
    year: Whole | None = Field(default=None, description="year of publication")
    extends: written_as({"type": "string"}) = Field(  # type: ignore[valid-type]
        default=None, description="spec that this one is laid over: a file, or zoo:NAME"
    )
    set: WrittenMapping | None = Field(
        default=None, description="values for the parameters of the extended spec"
    )
    input: Annotated[Any, Later(_input, of_mappings=True)] = Field(
        default=None,
        description="height x width x channels, such as 224x224x3",
        examples=["224x224x3"],
    )
    inputs: Annotated[Any, Later(_inputs), NotEmpty()] = Field(
        default=None, description="several inputs by their names, which 'from' takes"
    )
    params: mapping_as(_as("params")) = Field(  # type: ignore[valid-type]
        default=None, description="parameters with defaults; --set gives others"
    )
    defaults: mapping_as(_as("defaults")) = Field(  # type: ignore[valid-type]
        default=None, description="attributes by layer kind"
    )
    blocks: Annotated[Any, Later(_blocks)] = Field(
        default=None, description="named lists of steps with parameters"
    )
    layers: written_as(_list_of("step", minItems=1)) = Field(  # type: ignore[valid-type]
        default=None,
        description="the network, step by step",
        examples=["[{conv: {filters: 8, kernel: 3}}, relu]"],
    )
    outputs: written_as(_as("names")) = Field(  # type: ignore[valid-type]
        default=None,
        description="steps whose output is the network's; the last if not given",
    )
    expect: written_as(_list_of("claim")) = Field(  # type: ignore[valid-type]
        default=None, description="figures that somebody printed"
    )
    train: Annotated[Any, Later(_training)] = None
    budgets: Annotated[Any, Later(_budgets)] = Field(
        default=None,
        description="limits, as counts (5M) or bytes (20MB), of the network and by layer",
    )
    lint: Annotated[Any, Later(_lint)] = None

    @classmethod
    def mistaken(cls, tree: Mapping) -> Wrong | None:
        """Tell who takes a sheet of questions for a spec."""
        if tree.get("cnn") is not None or tree.get("sheet") is None:
            return None
        return Wrong(
            "this is a sheet of questions, not the spec of a network",
            "sheet",
            help="'cnnanalyze solve' answers a sheet; a spec begins with 'cnn: 1'",
            code="SP015",
        )

    @classmethod
    def hint(cls, word: str, known: tuple[str, ...]) -> str:
        """Return which key a word means, or is like, as the end of a message."""
        from cnnanalyze.layers.synonyms import near_key  # noqa: PLC0415 - needed for faults only

        return near_key(word, "top", known)


KEYS = tuple(fields_of(SpecFile))
EXTENSIONS = 10
"""How long a chain of ``extends`` may be."""


@dataclass(frozen=True)
class Document:
    """A spec as it is written, after ``extends``; nothing is expanded yet."""

    source: Source
    tree: Mapping = field(compare=False)
    """All top-level keys, those of the extended specs included."""
    written: SpecFile = field(compare=False, repr=False)
    """What they say."""
    blocks: dict[str, Block]
    folder: Path | None = None
    """The folder in whose tree ``extends`` may name files."""
    settings: dict[str, tuple[Any, Mark]] = field(default_factory=dict)
    """The parameters that ``set`` gives to the extended spec, with their places."""

    @property
    def name(self) -> str:
        """The network's name: the header's, or else the file's."""
        return self.written.name or Path(self.source.name).stem

    @property
    def param_trees(self) -> tuple[tuple[Scalar, Tree], ...]:
        """The top-level parameters with what is written for them."""
        return self.written.params.entries if self.written.params else ()

    @property
    def going_in(self) -> Tree | None:
        """What is written for the input, or for several."""
        found = map(self.tree.get, reversed(_GOING_IN))
        return next((tree for tree in found if tree is not None and not is_empty(tree)), None)

    @cached_property
    def budgets(self) -> "Budgets | None":
        """What the network may cost."""
        if self.written.budgets is None:
            return None
        from cnnanalyze.language.sections import budgets_of  # noqa: PLC0415 - few specs have any

        return budgets_of(self.written.budgets)


def read_document(
    source: Source,
    faults: Faults,
    folder: Path | None = None,
    *,
    written: Faults | None = None,
    keep_last: bool = False,
) -> Document | None:
    """Read a spec and what it extends; faults are noted, and nothing comes back if none is made.

    Parameters
    ----------
    source
        The text.
    faults
        Where to note what is wrong.
    folder
        The folder in whose tree ``extends`` may name files; without one, ``extends`` is refused.
    written
        Where to note what is wrong with the YAML, if that is told apart from what it says.
    keep_last
        Which value stays of a key that is written twice: the last one, or else the first.

    Raises
    ------
    SpecError
        If an extended spec cannot be opened.
    """
    written = faults if written is None else written
    tree = _read_extended(source, faults.under("SP018"), folder, written, keep_last=keep_last)
    if tree is None:
        return None
    faults = faults.under("SP014")
    return document_of(source, tree, SpecFile, "a spec", faults, folder)


def document_of(
    source: Source,
    tree: Mapping,
    model: type[SpecFile],
    what: str,
    faults: Faults,
    folder: Path | None = None,
) -> Document:
    """Return the document that a tree is; what is wrong is noted and left out.

    Parameters
    ----------
    source, tree
        The text, and what it says.
    model, what
        What it may say, and what messages call it.
    faults
        Where to note what is wrong.
    folder
        The folder in whose tree ``extends`` may name files.
    """
    written = bind(tree, model, what, faults) or model()
    if written.params:
        check_names([key for key, _ in written.params.entries], "a parameter", faults)
    check_defaults(written.defaults, faults)
    return Document(
        source,
        tree,
        written,
        {} if written.blocks is None else _read_blocks(tree, written, faults),
        folder,
        _read_settings(written, faults.under("SP018")),
    )


def _read_blocks(tree: Mapping, written: SpecFile, faults: Faults) -> dict[str, Block]:
    section = tree.get("blocks")
    assert isinstance(section, Mapping)
    return read_blocks((name for name, _ in section.entries), written.blocks, faults)


def open_document(path: Path) -> Document:
    """Read a spec file as it is written, which takes a tenth of the time of making its network.

    Raises
    ------
    SpecError
        With every fault that shows before the spec is expanded.

    Examples
    --------
    >>> document = open_document(zoo()["vgg16"])
    >>> document.written.family, document.written.year
    ('VGG', 2014)
    """
    faults = Faults()
    document = read_document(open_source(path), faults, path.parent)
    faults.raise_if_any()
    assert document is not None
    return document


# --- extends -------------------------------------------------------------------------------------


def _read_extended(
    source: Source, faults: Faults, folder: Path | None, written: Faults, *, keep_last: bool
) -> Mapping | None:
    """Read a spec and lay it over the one that it extends, which may extend another."""
    layers: list[Mapping] = []
    root = here = folder
    seen = () if folder is None else (resolved(folder) / Path(source.name).name,)
    while True:
        tree = follow(source, written, keep_last=keep_last)
        if tree is None:
            return None
        if not isinstance(tree, Mapping):
            faults.add(
                f"a spec must be a mapping with 'cnn', 'input' and 'layers', not {show_tree(tree)}",
                tree.mark,
                help="begin the file with 'cnn: 1'",
                code="SP014",
            )
            return None
        layers.append(tree)
        base = tree.get("extends")
        if base is None or is_empty(base):
            break
        if _is_zoo(base):  # what a network of the zoo extends in turn lies there, too
            root = here = house()
        path = _find_base(base, faults, root, here, seen)
        if path is None:
            return None
        source, here, seen = open_source(path), path.parent, (*seen, path)
    merged = layers.pop()
    while layers:
        merged = _lay_over(merged, layers.pop())
    return merged


def _find_base(
    base: Tree, faults: Faults, root: Path | None, here: Path | None, seen: tuple[Path, ...]
) -> Path | None:
    """Return the file that ``extends`` names, if it lies in the folder tree of the first spec.

    A network of the zoo is named as on the command line, ``zoo:NAME``, and may be anywhere.
    """
    if not isinstance(base, Scalar) or not isinstance(base.value, str) or not base.value.strip():
        faults.add(
            f"'extends' must name a spec file, not {show_tree(base)}",
            base.mark,
            help="extends: resnet50.yaml",
        )
        return None
    if root is None or here is None:
        faults.add(
            "'extends' names a file, but this text came from none",
            base.mark,
            help="save the spec to a file beside the one that it extends; "
            "'extends: zoo:NAME' needs none",
        )
        return None
    path = resolved(here / base.value)
    if _is_zoo(base):
        networks, name = zoo(), base.value.removeprefix(ZOO)
        if name not in networks:
            faults.add(
                f"the zoo has no {show_value(name)}{nearest(name, tuple(networks))}",
                base.mark,
                help="'cnnanalyze zoo' lists what it has",
            )
            return None
        path = resolved(networks[name])
    if not path.is_relative_to(resolved(root)):
        faults.add(
            "'extends' may only name files in the folder tree of the spec, "
            f"not {show_value(base.value)}",
            base.mark,
            help="move the extended spec into the folder of this one, or below it",
        )
        return None
    if path in seen:
        circle = " -> ".join(p.name for p in (*seen[seen.index(path) :], path))
        faults.add(
            f"circular 'extends': {circle}",
            base.mark,
            help="one of these specs must not extend another",
        )
        return None
    if len(seen) > EXTENSIONS:
        faults.add(f"a chain of 'extends' may have at most {EXTENSIONS} links", base.mark)
        return None
    if not is_file(path):
        names = sorted(p.name for p in path.parent.glob("*.yaml")) if is_folder(path.parent) else []
        faults.add(
            f"there is no file {show_value(base.value)} beside this spec"
            f"{nearest(path.name, names)}",
            base.mark,
        )
        return None
    return path


def _is_zoo(base: Tree) -> bool:
    return isinstance(base, Scalar) and isinstance(base.value, str) and base.value.startswith(ZOO)


_GOING_IN = ("input", "inputs")
"""The keys that say what goes in, of which a spec has one."""
_MERGED = ("params", "defaults", "blocks", "set")


def _lay_over(below: Mapping, above: Mapping) -> Mapping:
    """Lay a spec over the one that it extends.

    Parameters, blocks and settings are merged by name, defaults by kind and attribute; every other
    section is replaced whole. Claims are never taken over: what was printed for the base does not
    speak of the variant.
    """
    replaced = {"expect", *(_GOING_IN if any(map(above.get, _GOING_IN)) else ())}
    entries = {k.text: (k, value) for k, value in below.entries if k.text not in replaced}
    for key, value in above.entries:
        known = entries.get(key.text)
        if known is not None and key.text in _MERGED:
            value = _merged(known[1], value, deep=key.text == "defaults")  # noqa: PLW2901 - merged in place
        entries[key.text] = (key, value)
    return Mapping(tuple(entries.values()), above.mark)


def _merged(below: Tree, above: Tree, *, deep: bool) -> Tree:
    if not isinstance(below, Mapping) or not isinstance(above, Mapping):
        return above
    entries = {key.text: (key, value) for key, value in below.entries}
    for key, value in above.entries:
        known = entries.get(key.text)
        laid = _merged(known[1], value, deep=False) if deep and known is not None else value
        entries[key.text] = (key, laid)
    return Mapping(tuple(entries.values()), above.mark)


def _read_settings(header: SpecFile, faults: Faults) -> dict[str, tuple[Any, Mark]]:
    """Return the values that ``set`` gives to the parameters of the extended spec."""
    section = header.set
    if section is None:
        return {}
    if header.extends is None:
        faults.add(
            "'set' changes the parameters of an extended spec, but this one has no 'extends'",
            section.mark,
            help="write the values under 'params'",
        )
        return {}
    settings = {}
    for key, value in section.entries:
        if has_expression(value):
            faults.add(f"'set' takes plain values, but '{key.text}' is an expression", value.mark)
        else:
            settings[key.text] = (plain(value), value.mark)
    return settings
