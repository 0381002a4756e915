"""Binding: a tree with places becomes a model, and what is wrong is noted at its place.

Whatever people write (specs, sheets, facts, tables of figures, configurations) says the same few
things: a mapping has certain keys, a value has a certain type, something is missing. A model
declares them once: this module reads by it, and the JSON Schemas are made from it.

Examples
--------
>>> from pydantic import Field
>>> from cnnanalyze.core.tree import as_tree
>>> from cnnanalyze.errors import Source
>>> class Window(Section):
...     size: int = Field(description="its extent")
...     stride: int = Field(default=1, description="its step")
>>> here, faults = Mark(Source("here", ""), 1, 1), Faults()
>>> bind(as_tree({"size": 3}, here), Window, "a window", faults)
Window(size=3, stride=1)
>>> bind(as_tree({"size": "3x3", "strid": 2}, here), Window, "a window", faults)
>>> [fault.message for fault in faults.sorted()]
["a window has no 'strid'; it takes size, stride; did you mean 'stride'?", \
"'size' of a window must be a whole number, not '3x3'"]
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, replace
from functools import cache
from inspect import get_annotations
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, ClassVar, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema

from cnnanalyze.core.diagnostics import Faults, quoted, said, say
from cnnanalyze.core.quantities import OF
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree, plain, scalars
from cnnanalyze.errors import CnnError, Mark


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

    def __get_pydantic_core_schema__(self, _: object, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.any_schema()


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


@dataclass(frozen=True, eq=False)
class NotEmpty:
    """Beside a list or a mapping: that something must stand in it."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return handler(source)


class _Itself:
    def __get_pydantic_core_schema__(self, _: object, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.any_schema()


_ITSELF = _Itself()
Itself = Annotated[Mapping, _ITSELF]
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


def _mapping(tree: Tree) -> Mapping:
    if isinstance(tree, Mapping):
        return tree
    raise ValueError(f"must be {_mapping_at(tree.mark)}, not {show_tree(tree)}")


def _mapping_at(mark: Mark) -> str:
    """Return what a mapping is called in the language of a file."""
    return "a table" if mark.source.name.endswith(".toml") else "a mapping"


Text = Annotated[str, Reader(_text, WRITTEN)]
"""A text as it is written: ``1998`` is one, too."""
Whole = Annotated[int, Reader(_whole, {"type": "integer"})]
"""A whole number."""
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
        if not any(about is _ITSELF or isinstance(about, Others) for about in info.metadata)
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


# --- reading --------------------------------------------------------------------------------------

Model = TypeVar("Model", bound=Section)


def bind(tree: Tree | None, model: type[Model], what: str, faults: Faults) -> Model | None:
    """Read a section; nothing comes back if there is none, or it cannot be made.

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


def bind_entries(tree: Tree | None, about: Entries, what: str, faults: Faults) -> dict[str, Any]:
    """Read a mapping whose keys come from a table; what is wrong is left out."""
    found = {} if tree is None else _entries(tree, about, what, faults)
    return found if isinstance(found, dict) else {}


_FAILED = object()
"""What comes of something that is wrong; the faults are noted."""


def _section(tree: Tree, model: type[Section], what: str, faults: Faults) -> object:
    is_bare = not isinstance(tree, Mapping) and bool(model.principal)
    if is_bare:
        word = Scalar(model.principal, model.principal, True, tree.mark)
        tree = Mapping(((word, tree),), tree.mark)
    if not isinstance(tree, Mapping):
        needed = [key for key, (_, info) in fields_of(model).items() if info.is_required()]
        keys = f" with {quoted(needed)}" if needed else ""
        message = f"{what} must be {_mapping_at(tree.mark)}{keys}, not {show_tree(tree)}"
        faults.add(message, tree.mark, model.example)
        return _FAILED
    if (mistaken := model.mistaken(tree)) is not None:
        _note_wrong(mistaken, tree, faults)
        return _FAILED
    given = {key.text: key for key, value in tree.entries if is_bare or not is_empty(value)}
    faults = faults.under(model.wrong_code) if model.wrong_code else faults
    before = len(faults)
    _note_keys(tree, model, given, what, faults)
    values, failed = _values(tree, model, given, what if is_bare else "", what, faults)
    values |= {name: tree for name, info in model.model_fields.items() if _ITSELF in info.metadata}
    made, complaints = _made(model, values)
    for e in complaints:
        if e["type"] != "missing" and e["loc"][0] not in failed:
            _note(e, tree, model, what, faults)
            failed.add(str(e["loc"][0]))
    if made is None or (model.only_whole and len(faults) > before):
        return _FAILED
    for wrong in made.wrong(what) if not failed else ():
        _note_wrong(wrong, tree, faults)
    return made


def _note_wrong(wrong: Wrong, tree: Mapping, faults: Faults) -> None:
    mark = next(
        ((k if wrong.at_key else v).mark for k, v in tree.entries if k.text == wrong.key),
        tree.mark,
    )
    faults.add(wrong.message, wrong.mark or mark, wrong.help, code=wrong.code)


def _note_keys(
    tree: Mapping, model: type[Section], given: Lookup[str, Scalar], what: str, faults: Faults
) -> None:
    """Note keys that are not known, that exclude each other, and that are missing."""
    _, others = others_of(model)
    if others is None or not others.is_open:
        known = (*fields_of(model), *(others.types() if others else ()))
        for key in (key for key, _ in tree.entries if key.text not in known):
            message, help_ = model.unknown(what, key.text, known)
            faults.add(message, key.mark, help_, code="SP003")
    for (one, other), help_ in model.exclusive.items():
        if one in given and other in given:
            last = max(given[one].mark, given[other].mark, key=lambda mark: mark.position)
            faults.add(f"{what} has either '{one}' or '{other}', not both", last, help_)
    _note_missing(tree, model, given, what, faults)
    if model.forms and given.keys() <= fields_of(model).keys():
        _note_form(tree, model, given, what, faults)


def _note_form(
    tree: Mapping, model: type[Section], given: Collection[str], what: str, faults: Faults
) -> None:
    """Note that the keys that are given, all of them known, do not stand together."""
    if any(set(form) <= set(given) <= {*form, *model.beside} for form in model.forms):
        return
    *most, last = ("{" + ", ".join(form) + "}" for form in model.forms)
    message = f"{what} must be one of {', '.join(most)} or {last}, not {{{', '.join(given)}}}"
    faults.add(message, tree.mark, model.example)


def _values(
    tree: Mapping,
    model: type[Section],
    given: Container[str],
    bare: str,
    what: str,
    faults: Faults,
) -> tuple[dict[str, Any], set[str]]:
    """Return what is written at each key, and the keys at which something is wrong.

    ``bare`` is what messages call a value that stands for the whole section.
    """
    fields = fields_of(model)
    rest, others = others_of(model)
    table = others.types() if others else {}
    values: dict[str, Any] = {}
    failed = set()
    for key, value in tree.entries:
        word = key.text
        owner = bare or f"'{word}' of {what}"
        if word not in given:
            continue
        if word in fields:
            info = fields[word][1]
            declared: Declared = info.annotation, info.metadata
            into, example = values, _example(word, info)
            if any(isinstance(about, NotEmpty) for about in info.metadata) and _is_void(value):
                faults.add(f"{owner} must not be empty", value.mark, example)
                failed.add(word)
                continue
        elif others and (others.is_open or word in table):
            declared = table.get(word, Written), ()
            into, example = values.setdefault(rest, {}), ""
        else:
            continue
        found = _value(value, declared, word, owner, faults, example)
        if found is _FAILED:
            failed.add(word)
        else:
            into[word] = found
    return values, failed


def _is_void(tree: Tree) -> bool:
    """Whether a list or a mapping has nothing in it."""
    if isinstance(tree, Sequence):
        return not tree.items
    return isinstance(tree, Mapping) and not tree.entries


def _made(
    model: type[Model], values: dict[str, Any]
) -> tuple[Model | None, list[Lookup[str, Any]]]:
    """Return a section of what is right, if that can be, and what pydantic complains of."""
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        wrong: list[Lookup[str, Any]] = list(error.errors(include_url=False))
    names = {e["loc"][0] for e in wrong}
    try:
        return model.model_validate({k: v for k, v in values.items() if k not in names}), wrong
    except ValidationError:
        return None, wrong


def is_empty(tree: Tree) -> bool:
    """Whether nothing is written behind a key, which is then as good as not given."""
    return isinstance(tree, Scalar) and tree.value is None and tree.plain


def _note_missing(
    tree: Mapping, model: type[Section], given: Container[str], what: str, faults: Faults
) -> None:
    """Note what a section needs and does not have, all of it at once."""
    fields = fields_of(model)
    alone = ((key,) for key, (_, info) in fields.items() if info.is_required())
    groups = [group for group in (*alone, *model.needs) if not any(key in given for key in group)]
    if not groups:
        return
    several = len(groups) > 1
    *most, last = (_either(group, is_listed=several) for group in groups)
    words = f"{', '.join(most)} and {last}" if most else last
    ways = (_example(key, fields[key][1]) or _described(key, fields[key][1]) for key, *_ in groups)
    help_ = "; ".join(filter(None, ways))
    if all(group in model.needs for group in groups) and model.example:
        help_ = model.example
    faults.add(f"{what} needs {words}", tree.mark, help_, code=model.missing_code)


def _either(group: tuple[str, ...], *, is_listed: bool) -> str:
    first, *others = (f"'{key}'" for key in group)
    either = " or ".join(others)
    if not others:
        return first
    return f"{first} (or {either})" if is_listed else f"{first} or {either}"


def _example(key: str, info: FieldInfo) -> str:
    """Return how a key is written, if its model says."""
    return f"{key}: {info.examples[0]}" if info.examples else ""


def _described(key: str, info: FieldInfo) -> str:
    return f"{key}: {info.description}" if info.description else ""


def _note(
    error: Lookup[str, Any],
    tree: Mapping,
    model: type[Section],
    what: str,
    faults: Faults,
) -> None:
    """Note what pydantic complains of."""
    words = [str(part) for part in error["loc"] if isinstance(part, str)]
    owner = f"'{words[-1]}' of '{words[-2]}'" if len(words) > 1 else f"'{words[0]}' of {what}"
    example = _example(words[0], fields_of(model)[words[0]][1])
    faults.add(f"{owner} {complaint(error)}", _innermost(tree, error["loc"]), example)


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


Declared = tuple[Any, Iterable[Any]]
"""A type, and what is declared beside it."""


def _value(
    tree: Tree, declared: Declared, key: str, owner: str, faults: Faults, example: str = ""
) -> object:
    """Return what is written as a model takes it: sections made, readers asked, the rest plain."""
    annotation, metadata = declared
    for about in metadata:
        if isinstance(about, Later):
            if about.of_mappings and not isinstance(tree, Mapping):
                return tree
            return _value(tree, (about.load(), ()), key, owner, faults, example)
        if isinstance(about, Entries):
            return _entries(tree, about, f"'{key}'", faults)
        if isinstance(about, Reader):
            return _read(tree, about, owner, faults, example)
    if hasattr(annotation, "__metadata__"):
        inner = annotation.__origin__, annotation.__metadata__
        return _value(tree, inner, key, owner, faults, example)
    origin: Any = get_origin(annotation)
    inside = get_args(annotation)
    if not all(isinstance(about, FieldInfo | NotEmpty | Named) for about in metadata):
        # A validator of its own takes plain data.
        return _plain(tree)
    if origin in {Union, UnionType}:
        parts = [part for part in inside if part is not NoneType]
        sections = [part for part in parts if _is_section(part)]
        meant = (sections or parts)[0] if isinstance(tree, Mapping) else parts[0]
        return _value(tree, (meant, ()), key, owner, faults, example)
    if _is_section(annotation):
        return _section(tree, annotation, annotation.called or f"'{key}'", faults)
    if origin is tuple:
        return _items(tree, inside[0], key, owner, faults)
    if origin is dict:
        named = next((about for about in metadata if isinstance(about, Named)), None)
        return _named(tree, inside[1], named, key, owner, faults)
    return _plain(tree)


def _named(
    tree: Tree,
    item: Any,  # noqa: ANN401 - what a model declares
    about: Named | None,
    key: str,
    owner: str,
    faults: Faults,
) -> object:
    """Return a mapping whose keys are free."""
    faults = faults.under(about.code) if about and about.code else faults
    if not isinstance(tree, Mapping):
        message = f"{owner} must be {_mapping_at(tree.mark)}, not {said(tree)}"
        faults.add(message, tree.mark, f"{key}: {about.example}" if about else "")
        return _FAILED
    found = {}
    for name, value in tree.entries:
        if about and not about.check(name, faults):
            continue
        if about and _is_section(item):
            found[name.text] = _section(value, item, about.called.format(name.text), faults)
        else:
            part = f"'{name.text}' of '{key}'"
            found[name.text] = _value(value, (item, ()), name.text, part, faults)
    return {k: v for k, v in found.items() if v is not _FAILED}


def _read(tree: Tree, about: Reader, owner: str, faults: Faults, example: str) -> object:
    try:
        return about.read(tree)
    except ValueError as error:
        faults.add(f"{owner} {error}", tree.mark, example)
    except CnnError as error:
        for fault in error.faults:
            faults.note(replace(fault, mark=fault.mark or tree.mark))
    return _FAILED


def _is_section(annotation: Any) -> bool:  # noqa: ANN401 - what a model declares
    return isinstance(annotation, type) and issubclass(annotation, Section)


def _bare(annotation: Any) -> Any:  # noqa: ANN401
    return getattr(annotation, "__origin__", annotation)


def _items(tree: Tree, item: Any, key: str, owner: str, faults: Faults) -> object:  # noqa: ANN401
    """Return a list; one word is a list of one."""
    if not isinstance(tree, Sequence):
        if not isinstance(tree, Scalar) or not isinstance(tree.value, str) or _is_section(item):
            return _plain(tree)
        only = _value(tree, (item, ()), key, owner, faults)
        return _FAILED if only is _FAILED else (only,)
    found = (_value(one, (item, ()), key, owner, faults) for one in tree.items)
    return tuple(one for one in found if one is not _FAILED)


def _entries(tree: Tree, about: Entries, what: str, faults: Faults) -> object:
    if not isinstance(tree, Mapping):
        message = f"{what} must be {_mapping_at(tree.mark)}, not {show_tree(tree)}"
        faults.add(message, tree.mark, about.example)
        return _FAILED
    types = about.types()
    found = {}
    for key, value in tree.entries:
        if (annotation := about.type_of(key.text, types)) is None:
            message, help_ = about.unknown(what, key.text, tuple(types))
            faults.add(message, key.mark, help_, code="SP003")
        elif _is_section(meant := _bare(annotation)):
            called = meant.called or about.called.format(key.text)
            found[key.text] = _section(value, meant, called, faults)
        else:
            owner = f"'{key.text}' of {what}"
            found[key.text] = _value(value, (annotation, ()), key.text, owner, faults)
    if about.is_kept:
        return tree
    return {k: v for k, v in found.items() if v is not _FAILED}


def _plain(tree: Tree) -> object:
    """Return what is written as plain data; what a model holds does not change."""
    data = plain(tree)
    return tuple(data) if isinstance(data, list) else data


# --- what is read ---------------------------------------------------------------------------------


class Usage:
    """Which keys of a mapping have a bearing on anything.

    Parameters
    ----------
    tree
        The mapping.
    known
        The keys that are of interest.
    faults
        Where to note those that have none.

    Examples
    --------
    >>> from cnnanalyze.errors import Source
    >>> from cnnanalyze.language.yaml import read
    >>> faults = Faults()
    >>> usage = Usage(read(Source("here", "{spec: net, input: 8x8x1}")), ("spec", "input"), faults)
    >>> usage.read("spec")
    >>> usage.finish("beside 'spec'")
    >>> [fault.message for fault in faults.sorted()]
    ["'input' is not read beside 'spec'"]
    """

    def __init__(self, tree: Mapping, known: Iterable[str], faults: Faults) -> None:
        self.tree = tree
        self.known = frozenset(known)
        self.faults = faults
        self._read: set[str] = set()

    def read(self, *keys: str) -> None:
        """Count keys as read, whoever read them."""
        self._read.update(keys)

    def finish(self, why: str, help: str = "") -> None:  # noqa: A002 - the word users read
        """Note every key that nobody read.

        Parameters
        ----------
        why
            Beside what, or for what, it has no bearing: the end of the sentence.
        help
            What to do.
        """
        for key, _ in self.tree.entries:
            if key.text in self.known and key.text not in self._read:
                self.faults.add(f"'{key.text}' is not read {why}", key.mark, help, code="SP003")


def refuse_synonyms(tree: Mapping, words: dict[str, str], what: str, faults: Faults) -> None:
    """Note keys that mean the same as another key of the mapping, such as ``n`` and ``input``."""
    first: dict[str, Scalar] = {}
    for key, _ in tree.entries:
        meant = words.get(key.text, key.text)
        known = first.setdefault(meant, key)
        if known is not key:
            faults.add(
                f"'{key.text}' and '{known.text}' of {what} are the same: give one of them",
                key.mark,
                code="SP003",
            )


def place_of(tree: Tree, message: str) -> Mark:
    """Return the place of the word that a message quotes first, or else of the whole.

    Examples
    --------
    >>> from cnnanalyze.errors import Source
    >>> from cnnanalyze.language.yaml import read
    >>> tree = read(Source("here", "{beside: fc8, layer: fc9}"))
    >>> str(place_of(tree, "net has no layer 'fc9'; did you mean 'fc8'?"))
    'here:1:22'
    """
    found = (w for w in scalars(tree) if w.text and f"'{w.text}'" in message)

    def order(word: Scalar) -> tuple[int, tuple[int, int]]:
        return message.index(f"'{word.text}'"), word.mark.position

    return min(found, key=order, default=tree).mark


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
        return f"must be {expected}, not {show_value(error['input'])}"
    text: str = error.get("ctx", {}).get("text") or error["msg"][:1].lower() + error["msg"][1:]
    return text
