"""``cnnanalyze compare``: what differs between networks, or between versions of one?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from cnnanalyze.cli import completion as complete
from cnnanalyze.cli import options as option
from cnnanalyze.core.files import exists
from cnnanalyze.errors import UsageError

if TYPE_CHECKING:
    from fractions import Fraction

    from cnnanalyze.graph.network import Network
    from cnnanalyze.report.difference import Difference

EXAMPLES = (
    ("cnnanalyze compare zoo:resnet18 zoo:resnet34", "what the larger one has more"),
    (
        "cnnanalyze compare zoo:mobilenet_v1 @width=0.5 -o change.md",
        "one network with another parameter, for a pull request",
    ),
    (
        "cnnanalyze compare zoo:resnet18 zoo:resnet34 --fail-on-growth macs=5",
        "exit code 1 if the MACs grew by more than 5 %",
    ),
)


def compare(
    specs: Annotated[
        list[str],
        typer.Argument(
            metavar="SPEC",
            help="Two networks or more: files, folders, patterns, zoo:NAME, - for stdin; "
            "SPEC@width=0.5 is one with other parameters, @width=0.5 alone the one before it.",
            show_default=False,
            autocompletion=complete.specs,
        ),
    ],
    *,
    format: option.Reference = None,  # noqa: A002 - the name of the option
    output: option.Output = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Print all layers, including equal ones.")
    ] = False,
    details: Annotated[
        bool,
        typer.Option("--details", help="Also print the layers of more than two networks."),
    ] = False,
    depth: Annotated[
        int | None,
        typer.Option("--depth", metavar="N", help="Sum up stages and blocks by N path components."),
    ] = None,
    sort: Annotated[
        str,
        typer.Option(
            "--sort", metavar="QUANTITY", help="Sort the layers by the change of this quantity."
        ),
    ] = "",
    growth: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-on-growth",
            metavar="QUANTITY=PERCENT",
            help="Exit with 1 if a total grew by more, such as macs=5; may be repeated.",
        ),
    ] = None,
    convention: option.Convention = "mac",
    batch: option.Batch = 1,
    dtype: option.Dtype = "float32",
    layout: option.Layout = "hwc",
    settings: option.Settings = None,
) -> None:
    """Compare networks with the first of them, layer by layer, stage by stage and in total.

    Layers are matched by their paths and by what they are, so that one that was inserted is one
    that was added, whatever it does to the names of the others.
    """
    from cnnanalyze.api.comparison import compare as compared
    from cnnanalyze.cli.formats import choose_document_format
    from cnnanalyze.cli.output import remark, write_document
    from cnnanalyze.cli.specs import read_settings
    from cnnanalyze.report.options import Options

    format = choose_document_format(format, output)  # noqa: A001 - the name of the option
    given: dict[str, Any] = {
        "depth": depth,
        "sort": sort,
        "convention": convention,
        "batch": batch,
        "dtype": dtype,
        "layout": layout,
    }
    Options.read(given)  # a wrong option is refused before any spec is read
    limits = [_read_limit(text, convention) for text in growth or ()]
    wanted = versions(specs)
    networks = _load(wanted, read_settings(settings))
    shown = compared(
        *(networks[key] for key in wanted),
        everything=everything,
        details=details or None,
        **given,
    )
    write_document(shown.document(), format, output)
    if exceeded := [words for limit in limits for words in limit.exceeded(shown)]:
        for words in exceeded:
            remark(words)
        raise typer.Exit(1)


# --- what is compared -----------------------------------------------------------------------------


class Version(NamedTuple):
    """A spec, and the values that some of its parameters get."""

    spec: str
    settings: tuple[str, ...] = ()


def versions(names: list[str]) -> list[Version]:
    """Return the specs that the arguments name, each with its settings.

    Raises
    ------
    UsageError
        If it is only one, or ``@...`` follows nothing.

    Examples
    --------
    >>> versions(["zoo:mobilenet_v1", "@width=0.5", "zoo:resnet50@depths=[2, 2],bias=true"])[1:]
    [Version(spec='zoo:mobilenet_v1', settings=('width=0.5',)), \
Version(spec='zoo:resnet50', settings=('depths=[2, 2]', 'bias=true'))]
    """
    from cnnanalyze.cli.specs import find

    found: list[Version] = []
    for name in names:
        spec, at, settings = name.partition("@")
        if not at or exists(name):
            found += map(Version, find([name]))
        elif spec:
            found += [Version(one, divide(settings)) for one in find([spec])]
        elif found:
            found.append(Version(found[-1].spec, divide(settings)))
        else:
            raise UsageError(
                f"'{name}' gives other parameters to the spec before it, and there is none",
                help=f"write SPEC {name}",
            )
    if len(found) < 2:  # noqa: PLR2004 - a pair
        raise UsageError(
            f"there is nothing to compare '{found[0].spec}' with",
            help="name a second spec, or the same with other parameters: "
            f"{found[0].spec} @NAME=VALUE",
        )
    return found


def divide(text: str) -> tuple[str, ...]:
    """Return settings that stand behind one another; commas within brackets belong to a value.

    Examples
    --------
    >>> divide("depths=[3, 4],width=0.5")
    ('depths=[3, 4]', 'width=0.5')
    """
    parts, depth = [""], 0
    for character in text:
        depth += (character in "[{") - (character in "]}")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return tuple(part.strip() for part in parts)


def _load(found: list[Version], settings: dict[str, Any]) -> dict[Version, Network]:
    """Load every version once; what stdin holds is read once for all versions of it."""
    from cnnanalyze.cli.specs import STDIN, load, read_settings
    from cnnanalyze.language.build import vary

    loaded: dict[Version, Network] = {}
    piped: Network | None = None
    for version in dict.fromkeys(found):
        own = settings | read_settings(version.settings)
        if version.spec == STDIN and piped is not None:
            loaded[version] = vary(piped, own)
            continue
        loaded[version] = load(version.spec, own)
        if version.spec == STDIN:
            piped = loaded[version]
    return loaded


# --- limits ---------------------------------------------------------------------------------------


class GrowthLimit(NamedTuple):
    """How much a total may grow."""

    quantity: Any
    percent: Fraction

    def exceeded(self, shown: Difference) -> list[str]:
        """Say which networks have more than they may."""
        from cnnanalyze.report.columns import number_text
        from cnnanalyze.report.difference_totals import percent_of

        found = []
        for label, comparison in zip(shown.labels[1:], shown.comparisons, strict=True):
            delta = comparison.total(self.quantity, shown.options.terms)
            if 100 * delta.change > self.percent * (delta.before or 0):
                one, other = (number_text(self.quantity, n) for n in (delta.before, delta.after))
                grown = percent_of(delta)
                found.append(
                    f"{label}: {self.quantity.title} grew from {one} to {other}"
                    f"{'' if grown == 'new' else f' ({grown} %)'}; "
                    f"at most +{float(self.percent):g} % is allowed"
                )
        return found


def _read_limit(text: str, convention: str) -> GrowthLimit:
    from cnnanalyze.comparison.quantity import compared
    from cnnanalyze.core.quantities import find
    from cnnanalyze.report.numbers import read_percentage

    key, _, written = text.partition("=")
    quantity, percent = find(key.strip(), compared(convention)), read_percentage(written)
    if percent is None:
        raise UsageError(
            f"--fail-on-growth takes QUANTITY=PERCENT, not '{text}'", help="for example macs=5"
        )
    return GrowthLimit(quantity, percent)
