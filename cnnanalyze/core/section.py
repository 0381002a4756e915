"""Sections: what may be written, declared once, as models with places for every word.

Whatever people write (specs, sheets, facts, tables of figures, configurations) says the same few
things: a mapping has certain keys, a value has a certain type, something is missing. A section
declares them: :mod:`cnnanalyze.core.binding` reads by it, and the JSON Schemas are made from it.
"""

from collections.abc import Callable, Container, Iterator
from collections.abc import Mapping as Lookup
from dataclasses import dataclass
from functools import cache
from inspect import get_annotations
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema

from cnnanalyze.core.diagnostics import Faults, show_tree
from cnnanalyze.core.quantities import OF
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.tree import Mapping, Scalar, Tree
from cnnanalyze.errors import Mark


class Wrong(NamedTuple):
    """Something that is wrong with a section as a whole, though each of its values is right."""

    message: str
    key: str = ""
    """The key whose value is meant; the whole section if there is none, or it is not given."""
    help: str = ""
    code: str = ""
    at_key: bool = False
    """Whether the key itself is meant, and not its value."""
    mark: Mark | None = None
    """The place, if it is another one."""


class Section(BaseModel):
    """A mapping with certain keys, as a value; unknown names and wrong types are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    called: ClassVar[str] = ""
    """What messages call such a mapping, where it is not called by its key: ``a fact``."""
    example: ClassVar[str] = ""
    """How one is written: the help where something else stands."""
    principal: ClassVar[str] = ""
    """The key that is meant if there is no mapping, but a bare value."""
    wrong_code: ClassVar[str] = "SP005"
    """The lint rule that explains what is wrong with a value; by default that of the reading."""
    missing_code: ClassVar[str] = "SP015"
    """The lint rule that explains that a key is missing; by default that of the reading."""
    needs: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Besides the keys that have no default: groups of keys of which at least one must be given."""
    exclusive: ClassVar[Lookup[tuple[str, str], str]] = MappingProxyType({})
    """Pairs of keys of which at most one may be given, each with what to do."""
    only_whole: ClassVar[bool] = False
    """Whether nothing is made of it as soon as anything in it is wrong."""
    forms: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Keys that stand together: those of one of these, and of no other, must be given."""
    beside: ClassVar[tuple[str, ...]] = ()
    """Keys that may stand beside the keys of each form."""
    definition: ClassVar[str] = ""
    """The name under which a JSON Schema has it once, for a section that stands in many places."""

    def wrong(self, what: str) -> Iterator[Wrong]:  # noqa: ARG002 - each section has its own
        """Yield what is wrong with the keys together; ``what`` is how messages call the section."""
        return iter(())

    @classmethod
    def hint(cls, word: str, known: tuple[str, ...]) -> str:
        """Return which key a word may be that is none, as the end of a message."""
        return nearest(word, known)

    @classmethod
    def unknown(cls, what: str, word: str, known: tuple[str, ...]) -> tuple[str, str]:
        """Return what is said of a key that is none, and what to do."""
        takes = f"it takes {', '.join(known)}"
        return f"{what} has no '{word}'; {takes}{cls.hint(word, known)}", ""

    @classmethod
    def mistaken(cls, tree: Mapping) -> Wrong | None:  # noqa: ARG003 - as above
        """Say what a mapping is that was taken for this section; nothing else is said of it."""
        return None

    def idle(self, allowed: Container[str], why: str) -> Iterator[Wrong]:
        """Yield every key that is given and has no bearing beside the others.

        Parameters
        ----------
        allowed
            The keys that have one.
        why
            Beside what, or for what, the others have none: the end of the sentence.
        """
        for key, (name, _) in fields_of(type(self)).items():
            if name in self.model_fields_set and key not in allowed:
                yield Wrong(f"'{key}' is not read {why}", key, code="SP003", at_key=True)


@dataclass(frozen=True, eq=False)
class Reader:
    """How a value is read that is no plain data: by a function, from its tree.

    The function raises a ``ValueError`` whose text goes on where ``'key' of a fact`` ends, or a
    ``CnnError`` that says it all.
    """

    read: Callable[[Tree], object]
    schema: Lookup[str, Any] | Callable[[], Lookup[str, Any]]
    """The JSON Schema of what may be written."""

    def __get_pydantic_core_schema__(self, _: object, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.any_schema()


@dataclass(frozen=True, eq=False)
class Later:
    """A type that is made only where a value is written: making classes takes time."""

    load: Callable[[], Any]
    of_mappings: bool = False
    """Whether only a mapping needs it, since anything else stays as it is written."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return handler(source)


@dataclass(frozen=True, eq=False)
class Others:
    """Beside a field of a section: that it holds what stands at keys that come from a table."""

    types: Callable[[], Lookup[str, Any]]
    """By key, what each value is."""
    is_open: bool = False
    """Whether any other key may stand there, too: somebody else knows which."""

    def __get_pydantic_core_schema__(self, _: object, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.any_schema()


@dataclass(frozen=True, eq=False)
class Entries:
    """A mapping whose keys come from a table: what may stand at each, and what meets others."""

    types: Callable[[], Lookup[str, Any]]
    """What each value is: a section, or what a reader makes."""
    unknown: Callable[[str, str, tuple[str, ...]], tuple[str, str]]
    """From what the mapping is called, a key that is not known, and those that are: what is said
    of it, and what to do."""
    called: str = "'{}'"
    """What messages call the value of a key."""
    example: str = ""
    """How the mapping is written: the help where something else stands."""
    is_kept: bool = False
    """Whether the mapping comes back as it is written, once it is known to be right."""
    parted: Callable[[], Container[str]] = frozenset
    """Keys behind which ``of`` and a name may stand: ``receptive_field of left``."""

    def type_of(self, key: str, types: Lookup[str, Any]) -> Any:  # noqa: ANN401 - an annotation
        """Return what the value of a key is; nothing if the key is not known."""
        word, _, name = key.partition(OF)
        return types.get(word if name and word in self.parted() else key)

    def __get_pydantic_core_schema__(self, _: object, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.any_schema()


@dataclass(frozen=True, eq=False)
class Named:
    """Beside a mapping with free keys: which may be, and what messages call their values."""

    check: Callable[[Scalar, Faults], bool]
    """Notes what is wrong with a name; whether what stands behind it is read all the same."""
    schema: Callable[[], Lookup[str, Any]]
    """The JSON Schema of a name."""
    called: str = "'{}'"
    """What messages call the value of a name."""
    example: str = ""
    """How the mapping is written: the help where something else stands."""
    code: str = ""
    """The lint rule that explains what is wrong with it; by default that of the reading."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return handler(source)


class NotEmpty:
    """Beside a list or a mapping: that something must stand in it."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return handler(source)


class _Itself:
    def __get_pydantic_core_schema__(self, _: object, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.any_schema()


ITSELF = _Itself()
Itself = Annotated[Mapping, ITSELF]
"""The mapping of a section as it is written; this is no key of it."""

WRITTEN: dict[str, Any] = {"type": ["string", "number", "boolean"]}
"""The schema of a text that is taken as written, also where YAML sees a number or a truth value."""


def _text(tree: Tree) -> str:
    if isinstance(tree, Scalar) and tree.value is not None:
        return tree.text
    raise ValueError(f"must be a text, not {show_tree(tree)}")


def _word(tree: Tree) -> Scalar:
    if isinstance(tree, Scalar) and tree.text:
        return tree
    raise ValueError(f"must be a text, not {show_tree(tree)}")


def _whole(tree: Tree) -> int:
    value: Any = tree.value if isinstance(tree, Scalar) else None
    if type(value) is int:
        return value
    raise ValueError(f"must be a whole number, not {show_tree(tree)}")


def _count(tree: Tree) -> int:
    value: Any = tree.value if isinstance(tree, Scalar) else None
    if type(value) is int and value >= 1:
        return value
    raise ValueError(f"must be a whole number of at least 1, not {show_tree(tree)}")


def _mapping(tree: Tree) -> Mapping:
    if isinstance(tree, Mapping):
        return tree
    raise ValueError(f"must be {mapping_at(tree.mark)}, not {show_tree(tree)}")


def mapping_at(mark: Mark) -> str:
    """Return what a mapping is called in the language of a file."""
    return "a table" if mark.source.name.endswith(".toml") else "a mapping"


Text = Annotated[str, Reader(_text, WRITTEN)]
"""A text as it is written: ``1998`` is one, too."""
Whole = Annotated[int, Reader(_whole, {"type": "integer"})]
"""A whole number."""
Count = Annotated[int, Reader(_count, {"type": "integer", "minimum": 1})]
"""A whole number of at least 1."""
Word = Annotated[Scalar, Reader(_word, {**WRITTEN, "minLength": 1})]
"""A text with its place."""
Written = Annotated[Tree, Reader(lambda tree: tree, {})]
"""Whatever stands there, with its places: somebody else reads it."""


def written_as(schema: dict[str, Any] | Callable[[], dict[str, Any]]) -> Any:  # noqa: ANN401 - an annotation
    """Return the type of what somebody else reads, who takes what a schema says."""
    return Annotated[Tree | None, Reader(lambda tree: tree, schema)]


def mapping_as(schema: dict[str, Any] | Callable[[], dict[str, Any]]) -> Any:  # noqa: ANN401
    """Return the type of a mapping that somebody else reads, who takes what a schema says."""
    return Annotated[Mapping | None, Reader(_mapping, schema)]


WrittenMapping = Annotated[Mapping, Reader(_mapping, {"type": "object"})]
"""A mapping that somebody else reads."""


def version(number: int) -> Any:  # noqa: ANN401 - an annotation
    """Return the type of the key that says in which version of its language a file is written."""

    def check(tree: Tree) -> int:
        if isinstance(tree, Scalar) and tree.value == number and tree.value is not True:
            return number
        raise ValueError(
            f"must be {number}, the version that this tool reads, not {show_tree(tree)}"
        )

    return Annotated[int, Reader(check, {"const": number})]


@cache
def fields_of(model: type[Section]) -> dict[str, tuple[str, FieldInfo]]:
    """Return the keys of a section: of each, its name in Python and what is declared of it.

    The section's own come before those that it inherits.
    """
    own = [name for cls in model.__mro__ for name in get_annotations(cls)]
    names = (name for name in dict.fromkeys(own) if name in model.model_fields)
    fields = ((name, model.model_fields[name]) for name in names)
    return {
        info.alias or name: (name, info)
        for name, info in fields
        if not any(about is ITSELF or isinstance(about, Others) for about in info.metadata)
    }


@cache
def others_of(model: type[Section]) -> tuple[str, Others | None]:
    """Return the field that holds what stands at keys of a table, and the table, if there is one.

    ``Others`` without a field is nothing.
    """
    for name, info in model.model_fields.items():
        for about in info.metadata:
            if isinstance(about, Others):
                return name, about
    return "", None


Model = TypeVar("Model", bound=Section)
