"""The zoo: the networks that come with the package, where specs can extend them."""

from __future__ import annotations

from pathlib import Path

from cnnanalyze.core.files import exists
from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import UsageError

ZOO = "zoo:"


def house() -> Path:
    """Return the folder of all that comes with the package: specs, tables, sheets, lectures.

    Examples
    --------
    >>> (house() / "resnet50.yaml").is_file()
    True
    """
    package = Path(__file__).parent.parent
    folder = package / "networks"
    # In a checkout they lie beside the package.
    return folder if folder.is_dir() else package.parent / "specs"


def zoo() -> dict[str, Path]:
    """Return the networks that come with the package, by name.

    Returns
    -------
    dict[str, Path]
        Their files; ``zoo:NAME`` stands for one wherever a file does.

    Examples
    --------
    >>> "resnet50" in zoo()
    True
    """
    return {path.stem: path for path in sorted(house().glob("*.yaml"))}


def find_spec(name: str | Path) -> Path:
    """Return the file of a path or of ``zoo:NAME``.

    Raises
    ------
    UsageError
        If the zoo has no network of that name.
    """
    text = str(name)
    if not text.startswith(ZOO):
        if text.isidentifier() and not exists(text) and text in zoo():
            raise UsageError(
                f"there is no file {text}; did you mean '{ZOO}{text}'?",
                help="'cnnanalyze zoo' lists the included networks",
            )
        return Path(name)
    networks = zoo()
    wanted = text.removeprefix(ZOO)
    if wanted not in networks:
        raise UsageError(
            f"the zoo has no '{wanted}'{nearest(wanted, list(networks))}",
            help="'cnnanalyze zoo' lists what it has",
        )
    return networks[wanted]
