"""A command with only those options that a command line may mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from inspect import Parameter, signature

from typer.models import OptionInfo


def trim(function: Callable[..., None], arguments: Sequence[str]) -> Callable[..., None]:
    """Return a command without the options that a command line does not speak of.

    typer takes more than a millisecond for each option, asked for or not, and a command may have
    twenty. One that is left out has the default of the function. A word that no option knows, such
    as ``--help`` or a misspelt one, keeps them all: they are what there is to print or to suggest.

    Parameters
    ----------
    function
        The command, with typer's words in the annotations of its parameters.
    arguments
        The words of the command line.

    Examples
    --------
    >>> from inspect import signature
    >>> from cnnanalyze.cli.zoo import zoo
    >>> list(signature(trim(zoo, ["zoo", "--format=json"])).parameters)
    ['format']
    >>> list(signature(trim(zoo, ["zoo", "--help"])).parameters) == list(signature(zoo).parameters)
    True
    """
    whole = signature(function, eval_str=True)
    named = [(parameter, _names(parameter)) for parameter in whole.parameters.values()]
    known = {name for _, names in named for name in names}
    meant = {name for word in arguments for name in _meant(word)}
    if meant - known:
        return function
    kept = [
        parameter
        for parameter, names in named
        if not names or parameter.default is Parameter.empty or meant.intersection(names)
    ]

    @wraps(function)
    def trimmed(**given: object) -> None:
        function(**given)

    vars(trimmed)["__signature__"] = whole.replace(parameters=kept)
    trimmed.__annotations__ = {parameter.name: parameter.annotation for parameter in kept}
    return trimmed


def _names(parameter: Parameter) -> tuple[str, ...]:
    """Return what an option is called on a command line; nothing for a positional argument."""
    for info in getattr(parameter.annotation, "__metadata__", ()):
        if isinstance(info, OptionInfo):
            # In an annotation the first name stands where a default would stand elsewhere.
            words = (info.default, *(info.param_decls or ()))
            dashed = parameter.name.replace("_", "-")
            given = tuple(w for w in words if isinstance(w, str) and w.startswith("-"))
            return given or (f"--{dashed}", f"--no-{dashed}")
    return ()


def _meant(word: str) -> tuple[str, ...]:
    """Return the name of the option that a word of a command line is, if it is any."""
    if not word.startswith("-") or word in {"-", "--"}:
        return ()
    return (word.partition("=")[0],) if word.startswith("--") else (word,)
