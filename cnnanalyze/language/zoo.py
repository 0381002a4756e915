"""The zoo: the networks that come with the package, where specs can extend them."""

from __future__ import annotations

from pathlib import Path

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
