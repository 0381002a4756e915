"""What a caller gives as a network: one that is read already, a file, or a name of the zoo."""

from __future__ import annotations

import re
from collections.abc import Mapping
from os import PathLike
from pathlib import Path

from cnnanalyze.core.registry import nearest
from cnnanalyze.core.spelling import offered
from cnnanalyze.errors import UsageError
from cnnanalyze.exchange.load import load
from cnnanalyze.graph.network import Network
from cnnanalyze.language.build import refuse_open_sizes
from cnnanalyze.language.spec import spec_of
from cnnanalyze.language.zoo import find_spec

NETWORK = "a network is a Network, a file or 'zoo:NAME'"
"""What is said where something else is given."""


def read(given: object, settings: object = None, *, open_sizes: bool = False) -> Network:
    """Return the network that is meant; its input may leave sizes open only where that is said.

    Raises
    ------
    UsageError
        If this is neither a network nor the name of a file, or if a network that is read already
        is to get settings.
    SpecError
        With every fault of the file.

    Examples
    --------
    >>> read("zoo:lenet5").name, read(read("zoo:lenet5")).name
    ('LeNet-5', 'LeNet-5')
    """
    values = settings_of(settings)
    if isinstance(given, Network):
        refuse_settings(given, values)
        if not open_sizes:
            refuse_open_sizes(given)
        return given
    return load(file_of(given), values, open_sizes=open_sizes)


def read_like(given: object, like: Network) -> Network:
    """Return the network that is meant; a PyTorch module gets inputs as another network has them.

    Raises
    ------
    CnnError
        As of what it is.
    """
    from cnnanalyze.exchange.torch.recognition import is_module  # noqa: PLC0415 - hardly asked for

    if is_module(given):
        from cnnanalyze.exchange.torch.module import from_torch  # noqa: PLC0415 - if there is one

        shapes = [one.shape for one in like.inputs.values()]
        return from_torch(given, *((1, x.channels, *x.size) for x in shapes))
    return read(given)


def settings_of(given: object) -> dict[str, object]:
    """Return values for parameters by name, or say what else was given.

    Raises
    ------
    UsageError
        If this is not a mapping from names.

    Examples
    --------
    >>> settings_of({"width": 0.5}), settings_of(None)
    ({'width': 0.5}, {})
    """
    if given is None:
        return {}
    if isinstance(given, Mapping) and all(isinstance(name, str) for name in given):
        return dict(given)
    raise UsageError(
        f"settings are a mapping from names to values, not {_article(given)}"
        if not isinstance(given, Mapping)
        else f"settings have names, not {next(n for n in given if not isinstance(n, str))!r}",
        help="for example settings={'width': 0.5}",
    )


def refuse_settings(network: Network, settings: Mapping[str, object]) -> None:
    """Refuse settings for a network that is read already.

    Raises
    ------
    UsageError
        With the place where they can be set.
    """
    if not settings:
        return
    word = next(iter(settings))
    parameters = [name for name, _ in spec_of(network).parameters]
    if spec_of(network).document is None:
        raise UsageError(
            f"{network.name} was made without a spec, so it has no '{word}' to set",
            help="build it again with the other value",
        )
    where = "where the spec is read: cnnanalyze.load(path, settings="
    raise UsageError(
        f"{network.name} is read already, so '{word}' cannot be set any more"
        f"{'' if word in parameters else nearest(word, parameters)}",
        help=f"set it {where}{{'{word}': ...}})"
        if word in parameters
        else offered("it has", parameters, "parameters")
        + (f"; set {where}{{NAME: ...}})" if parameters else ""),
    )


def file_of(given: object) -> Path:
    """Return the file of a network that is given by its name, or say what else was given.

    Raises
    ------
    UsageError
        If it is not a name, if the zoo does not know it, or if it is the text of a spec.
    """
    if isinstance(given, Network):
        raise UsageError(
            f"a file or 'zoo:NAME' is needed here, and {given.name} is a network that is read "
            "already",
            help="cnnanalyze.dumps(network) is what a file of it would hold",
        )
    if isinstance(given, str) and re.match(r"[^\n]*\n|\s*\{|\s*cnn\s*:", given):
        raise UsageError(
            "this is the text of a spec, not the name of a file",
            help="cnnanalyze.loads(text) reads a text",
        )
    return find_spec(name_of(given, NETWORK, _hint(given)))


def _hint(given: object) -> str:
    if isinstance(given, Mapping):
        return "YAML reads JSON: cnnanalyze.loads(json.dumps(spec))"
    return "its network is report.network" if hasattr(given, "network") else ""


def name_of(given: object, what: str, hint: str = "") -> str | Path:
    """Return the name of something, or say what else was given.

    Examples
    --------
    >>> name_of({}, "a sheet is a file or 'zoo:NAME'")
    Traceback (most recent call last):
    ...
    cnnanalyze.errors.UsageError: error: a sheet is a file or 'zoo:NAME', not a dict
      help: name a file, such as 'net.yaml'
    """
    if isinstance(given, PathLike) and isinstance(path := given.__fspath__(), str):
        return Path(path)
    if isinstance(given, str):
        return given
    raise UsageError(
        f"{what}, not {_article(given)}", help=hint or "name a file, such as 'net.yaml'"
    )


def text_of(given: object) -> str:
    """Return the text of a spec, or say what else was given.

    Raises
    ------
    UsageError
        If it is not a text.
    """
    if isinstance(given, str):
        return given
    how = (
        "YAML reads JSON: cnnanalyze.loads(json.dumps(spec))"
        if isinstance(given, Mapping)
        else "cnnanalyze.load(path) reads a file"
    )
    raise UsageError(f"the text of a spec is a str, not {_article(given)}", help=how)


def _article(given: object) -> str:
    if given is None:
        return "None"
    name = type(given).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def counted(name: str, given: object, least: int = 1) -> None:
    """Refuse what is not a whole number from the least on; nothing stands for a default.

    Raises
    ------
    UsageError
        With the name of the argument.
    """
    if given is None or (isinstance(given, int) and not isinstance(given, bool) and given >= least):
        return
    raise UsageError(f"'{name}' is a whole number from {least} on, not {given!r}")
