"""References: layer kinds, rules, networks of the zoo, forms of data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnanalyze.language.zoo import zoo as zoo  # noqa: PLC0414 - part of the front door

if TYPE_CHECKING:
    from cnnanalyze.report.listing import Listing


def layer_kinds(kind: str = "") -> Listing:
    """List the layer kinds, those of other packages too, or explain one.

    Parameters
    ----------
    kind
        A kind or an alias; nothing for all.

    Returns
    -------
    Listing
        A row for each kind; of one, a row for each of its attributes.

    Raises
    ------
    UsageError
        If there is no such kind.

    Examples
    --------
    >>> [row["name"] for row in layer_kinds("conv").rows()][:3]
    ['kernel', 'stride', 'padding']
    """
    from cnnanalyze.layers.base import KINDS
    from cnnanalyze.report import layer_reference as reference
    from cnnanalyze.report.listing import Listing

    KINDS.load_plugins()
    if kind:
        document = reference.explained(reference.find(kind))
        return Listing(document, tuple(document.data()["attributes"]))
    document = reference.contents()
    words = ("kind", "family", "summary")
    return Listing(document, tuple({w: row[w] for w in words} for row in document.data()["kinds"]))


def lint_rules(code: str = "") -> Listing:
    """List the lint rules, those of other packages too, or explain one.

    Parameters
    ----------
    code
        The code or the name of a rule; nothing for all.

    Returns
    -------
    Listing
        A row for each rule.

    Raises
    ------
    UsageError
        If there is no such rule.

    Examples
    --------
    >>> [(row["name"], row["severity"]) for row in lint_rules("CV003").rows()]
    [('even-kernel', 'warning')]
    """
    from cnnanalyze.report.findings import rule_reference as reference
    from cnnanalyze.report.listing import Listing

    words = ("code", "name", "severity", "what")
    if code:
        document = reference.explained(reference.find(code))
        rows = [document.data()]
    else:
        document = reference.contents()
        rows = document.data()["rules"]
    return Listing(document, tuple({w: row[w] for w in words} for row in rows))


def zoo_table(
    *,
    family: str = "",
    name: str = "",
    since: int | None = None,
    until: int | None = None,
    min_parameters: int | str = "",
    max_parameters: int | str = "",
    min_macs: int | str = "",
    max_macs: int | str = "",
) -> Listing:
    """List the networks that come along, with what they cost.

    Parameters
    ----------
    family
        A family, in any case of letters.
    name
        A pattern such as ``res*50``, or a part of the name.
    since
        The first year.
    until
        The last year.
    min_parameters
        The fewest parameters: a whole number, or a text such as ``"25M"``.
    max_parameters
        The most parameters.
    min_macs
        The fewest multiply-accumulates.
    max_macs
        The most multiply-accumulates.

    Returns
    -------
    Listing
        A row for each network that satisfies all of them, by family and year.

    Raises
    ------
    UsageError
        If there is no such name or family, or a count cannot be read.

    Examples
    --------
    >>> [row["zoo"] for row in zoo_table(family="VGG", max_parameters="133M").rows()]
    ['vgg11']
    """
    from cnnanalyze.report import zoo as listed
    from cnnanalyze.report.listing import of_table

    parameters = listed.Limits.read("parameters", min_parameters, max_parameters)
    macs = listed.Limits.read("macs", min_macs, max_macs)
    wanted = listed.Wanted(family, name, since, until, parameters, macs)
    return of_table(listed.document(listed.entries(zoo(), wanted)))


def schema(form: str = "spec") -> dict[str, Any]:
    """Return a JSON Schema: of specs, or of other data that is read or written.

    Parameters
    ----------
    form
        The name of the form, such as ``spec``, ``summary`` or ``lint``.

    Returns
    -------
    dict[str, Any]
        The schema.

    Raises
    ------
    UsageError
        If there is no such form.

    Examples
    --------
    >>> schema("zoo")["properties"]["schema"]
    {'const': 1}
    """
    from cnnanalyze.schemas import schema_of

    return schema_of(form)
