"""Binding: a tree with places becomes a model, and what is wrong is noted at its place.

Whatever people write (specs, sheets, facts, tables of figures, configurations) says the same few
things: a mapping has certain keys, a value has a certain type, something is missing. A model
declares them once: this module reads by it, and the JSON Schemas are made from it.

Examples
--------
>>> from pydantic import Field
>>> from cnnanalyze.core.tree import plant
>>> from cnnanalyze.errors import Source
>>> class Window(Section):
...     size: int = Field(description="its extent")
...     stride: int = Field(default=1, description="its step")
>>> here, faults = Mark(Source("here", ""), 1, 1), Faults()
>>> bind(plant({"size": 3}, here), Window, "a window", faults)
Window(size=3, stride=1)
>>> bind(plant({"size": "3x3", "strid": 2}, here), Window, "a window", faults)
>>> [fault.message for fault in faults.sorted()]
["a window has no 'strid'; it takes size, stride; did you mean 'stride'?", \
"'size' of a window must be a whole number, not '3x3'"]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as Lookup
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema

from cnnanalyze.core.diagnostics import Faults, refuse_unknown, said, say
from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree, plain
from cnnanalyze.errors import Mark


class Wrong(NamedTuple):
    """Something that is wrong with a model as a whole, though each of its values is right."""

    message: str
    key: str = ""
    """The key whose place is meant; the whole mapping if there is none, or it is not given."""
    help: str = ""
    code: str = ""
    at_value: bool = True
    """Whether the value is meant, and not the key."""


class Section(BaseModel):
    """A mapping with certain keys, as a value; unknown names and wrong types are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    called: ClassVar[str] = ""
    """What messages call such a mapping, where several may stand: ``a fact``."""
    example: ClassVar[str] = ""
    """How one is written: the help where something else stands."""
    principal: ClassVar[str] = ""
    """The key that is meant if there is no mapping, but a bare value."""

    def wrong(self) -> Iterator[Wrong]:
        """Yield what is wrong with the keys together."""
        return iter(())

    def idle(self, allowed: tuple[str, ...], why: str) -> Iterator[Wrong]:
        """Yield every key that is given and has no bearing beside the others."""
        for name, info in type(self).model_fields.items():
            if name in self.model_fields_set and name not in allowed and not is_place(info):
                key = key_of(name, info)
                yield Wrong(f"'{key}' is not read {why}", key, code="SP003", at_value=False)


class Reader(NamedTuple):
    """How a value is read that is no plain data: by a function from its tree.

    The function raises a ``ValueError`` whose text goes on where ``'key' of a fact`` ends.
    """

    read: Callable[[Tree], object]
    schema: Lookup[str, Any]
    """The JSON Schema of what may be written."""

    def __get_pydantic_core_schema__(self, _: object, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.any_schema()


class Entries(NamedTuple):
    """A mapping whose keys come from a table: what may stand at each, and what meets others."""

    types: Callable[[], Lookup[str, Any]]
    """What a value is (a section, or what a reader makes), by key."""
    unknown: Callable[[str, tuple[str, ...]], tuple[str, str]]
    """From a key that is not known and those that are: what is said of it, and what to do."""

    def __get_pydantic_core_schema__(self, _: object, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.any_schema()


class _Place:
    def __get_pydantic_core_schema__(self, _: object, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.any_schema()


_PLACE = _Place()
Place = Annotated[Mark, _PLACE]
"""Where a section is written; it is no key of it."""


def is_place(info: FieldInfo) -> bool:
    """Whether a field is no key, but keeps the place of its section."""
    return _PLACE in info.metadata


def key_of(name: str, info: FieldInfo) -> str:
    """Return the key that is written for a field."""
    return info.alias or name


WRITTEN: Lookup[str, Any] = {"type": ["string", "number", "boolean"]}
"""The schema of a text that is taken as written, also where YAML sees a number or a truth value."""


def _text(tree: Tree) -> str:
    if not isinstance(tree, Scalar) or tree.value is None:
        raise ValueError(f"must be a text, not {said(tree)}")
    return tree.text


def _mapping(tree: Tree) -> Mapping:
    if not isinstance(tree, Mapping):
        raise ValueError(f"must be a mapping, not {said(tree)}")  # noqa: TRY004 - its text is read
    return tree


Text = Annotated[str, Reader(_text, WRITTEN)]
"""A text as it is written: ``1998`` is one, too."""
Written = Annotated[Tree, Reader(lambda tree: tree, {})]
"""Whatever stands there, with its places."""
WrittenMapping = Annotated[Mapping, Reader(_mapping, {"type": "object"})]
"""A mapping that somebody else reads."""

Model = TypeVar("Model", bound=Section)


def bind(tree: Tree | None, model: type[Model], what: str, faults: Faults) -> Model | None:
    """Read a mapping into a model; nothing comes back if there is none, or it cannot be made.

    Parameters
    ----------
    tree
        What is written.
    model
        What it says.
    what
        What messages call it: ``'train'``, ``a fact``.
    faults
        Where to note what is wrong.
    """
    if tree is None:
        return None
    found = _section(tree, model, what, faults)
    return found if isinstance(found, model) else None


_FAILED = object()
"""What comes of something that is wrong; the faults are noted."""


@cache
def _fields(model: type[Section]) -> dict[str, FieldInfo]:
    """Return the fields of a model by the keys that are written for them."""
    return {
        key_of(name, info): info for name, info in model.model_fields.items() if not is_place(info)
    }


def _section(tree: Tree, model: type[Section], what: str, faults: Faults) -> object:
    if not isinstance(tree, Mapping):
        if not model.principal:
            faults.add(
                f"{what} must be a mapping, not {said(tree)}",
                tree.mark,
                model.example,
                code="SP005",
            )
            return _FAILED
        word = Scalar(model.principal, model.principal, True, tree.mark)
        tree = Mapping(((word, tree),), tree.mark)
    fields = _fields(model)
    refuse_unknown(tree, tuple(fields), what, faults)
    values: dict[str, Any] = {
        name: tree.mark for name, info in model.model_fields.items() if is_place(info)
    }
    failed = set()
    for key, value in tree.entries:
        info = fields.get(key.text)
        if info is None or (isinstance(value, Scalar) and value.value is None and value.plain):
            continue
        found = _value(value, info.annotation, info.metadata, key.text, what, faults)
        if found is _FAILED:
            failed.add(key.text)
        else:
            values[key.text] = found
    try:
        made = model.model_validate(values)
    except ValidationError as error:
        for e in error.errors(include_url=False):
            if e["loc"][0] not in failed:
                _note(e, tree, fields, what, faults)
        return _FAILED
    if not failed:
        for wrong in made.wrong():
            faults.add(wrong.message, _mark_of(tree, wrong), wrong.help, code=wrong.code)
    return made


def _mark_of(tree: Mapping, wrong: Wrong) -> Mark:
    for key, value in tree.entries:
        if key.text == wrong.key:
            return value.mark if wrong.at_value else key.mark
    return tree.mark


def _note(
    error: Lookup[str, Any],
    tree: Mapping,
    fields: Lookup[str, FieldInfo],
    what: str,
    faults: Faults,
) -> None:
    """Note what pydantic complains of."""
    key = str(error["loc"][0])
    about = fields[key]
    if error["type"] == "missing":
        help_ = f"{key}: {about.examples[0] if about.examples else about.description}"
        faults.add(f"{what} needs '{key}'", tree.mark, help_, code="SP015")
        return
    help_ = f"{key}: {about.examples[0]}" if about.examples else ""
    faults.add(
        f"'{key}' of {what} {complaint(error)}", _innermost(tree, error["loc"]), help_, code="SP005"
    )


def _innermost(tree: Mapping, location: tuple[int | str, ...]) -> Mark:
    """Return the place of the innermost value that an error names."""
    level: Tree = tree
    for part in location:
        inner: Tree | None = None
        if isinstance(level, Mapping):
            inner = level.get(str(part))
        elif isinstance(level, Sequence) and isinstance(part, int):
            inner = level.items[part]
        if inner is None:
            break
        level = inner
    return level.mark


# --- values ---------------------------------------------------------------------------------------


def _value(
    tree: Tree,
    annotation: Any,  # noqa: ANN401 - what a model declares
    metadata: list[Any] | tuple[Any, ...],
    key: str,
    what: str,
    faults: Faults,
) -> object:
    """Return what is written as pydantic takes it: sections made, readers asked, the rest plain."""
    for about in metadata:
        if isinstance(about, Reader):
            try:
                return about.read(tree)
            except ValueError as error:
                owner = f"'{key}' of {what}" if what else f"'{key}'"
                faults.add(f"{owner} {error}", tree.mark, code="SP005")
                return _FAILED
        if isinstance(about, Entries):
            return _entries(tree, about, key, what, faults)
    if metadata:  # a validator of its own takes plain data
        return _plain(tree)
    if hasattr(annotation, "__metadata__"):
        inner = annotation.__origin__, annotation.__metadata__
        return _value(tree, *inner, key, what, faults)
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin in {Union, UnionType}:
        annotation = next(part for part in inside if part is not NoneType)
        return _value(tree, annotation, (), key, what, faults)
    if _is_section(annotation):
        return _section(tree, annotation, annotation.called or f"'{key}'", faults)
    if origin is tuple:
        return _items(tree, inside[0], key, what, faults)
    if origin is dict and isinstance(tree, Mapping):
        found = {k.text: _value(v, inside[1], (), k.text, "", faults) for k, v in tree.entries}
        return {k: v for k, v in found.items() if v is not _FAILED}
    return _plain(tree)


def _is_section(annotation: Any) -> bool:  # noqa: ANN401 - what a model declares
    return isinstance(annotation, type) and issubclass(annotation, Section)


def _items(
    tree: Tree,
    annotation: Any,  # noqa: ANN401 - what a model declares
    key: str,
    what: str,
    faults: Faults,
) -> object:
    """Return a list; one word is a list of one."""
    if not isinstance(tree, Sequence):
        is_word = isinstance(tree, Scalar) and isinstance(tree.value, str)
        return (plain(tree),) if is_word and not _is_section(annotation) else _plain(tree)
    found = (_value(item, annotation, (), key, what, faults) for item in tree.items)
    return tuple(item for item in found if item is not _FAILED)


def _entries(tree: Tree, about: Entries, key: str, what: str, faults: Faults) -> object:
    if not isinstance(tree, Mapping):
        faults.add(f"'{key}' of {what} must be a mapping, not {said(tree)}", tree.mark)
        return _FAILED
    types = about.types()
    found = {}
    for word, value in tree.entries:
        if (annotation := types.get(word.text)) is None:
            message, help_ = about.unknown(word.text, tuple(types))
            faults.add(message, word.mark, help_, code="SP003")
        else:
            found[word.text] = _value(value, annotation, (), word.text, "", faults)
    return {k: v for k, v in found.items() if v is not _FAILED}


def _plain(tree: Tree) -> object:
    """Return what is written as plain data; what a model holds does not change."""
    data = plain(tree)
    return tuple(data) if isinstance(data, list) else data


# --- words --------------------------------------------------------------------------------------


_EXPECTED = {
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "string_type": "a text",
    "int_type": "a whole number",
    "tuple_type": "a list",
}
"""What pydantic misses, in the words of a spec."""


def complaint(error: Lookup[str, Any]) -> str:
    """Return what pydantic complains of, as the rest of a sentence about the value."""
    if (expected := _EXPECTED.get(error["type"])) is not None:
        return f"must be {expected}, not {say(error['input'])}"
    text: str = error.get("ctx", {}).get("text") or error["msg"][:1].lower() + error["msg"][1:]
    return text
