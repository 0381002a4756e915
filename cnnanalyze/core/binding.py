"""Binding: a tree with places becomes a model, and what is wrong is noted at its place.

What may be written, a section declares: :mod:`cnnanalyze.core.section`.

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

from collections.abc import Collection, Container, Iterable
from collections.abc import Mapping as Lookup
from dataclasses import replace
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from cnnanalyze.core.diagnostics import Faults, quoted, show_tree, show_value
from cnnanalyze.core.section import (
    ITSELF,
    Entries,
    Later,
    Model,
    Named,
    NotEmpty,
    Reader,
    Section,
    Written,
    Wrong,
    fields_of,
    mapping_at,
    others_of,
)
from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree, is_empty, plain
from cnnanalyze.errors import CnnError, Mark


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


def note_unknown(tree: Mapping, model: type[Section], what: str, faults: Faults) -> None:
    """Note every key that a section does not have, with the nearest that it has."""
    _, others = others_of(model)
    if others is not None and others.is_open:
        return
    known = (*fields_of(model), *(others.types() if others else ()))
    for key in (key for key, _ in tree.entries if key.text not in known):
        message, help_ = model.unknown(what, key.text, known)
        faults.add(message, key.mark, help_, code="SP003")


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
        message = f"{what} must be {mapping_at(tree.mark)}{keys}, not {show_tree(tree)}"
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
    values |= {name: tree for name, info in model.model_fields.items() if ITSELF in info.metadata}
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
    note_unknown(tree, model, what, faults)
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
        message = f"{owner} must be {mapping_at(tree.mark)}, not {show_tree(tree)}"
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
        message = f"{what} must be {mapping_at(tree.mark)}, not {show_tree(tree)}"
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
