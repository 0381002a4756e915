"""What a lint rule is: a condition with its reasons, its documentation and its test cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal, TypeVar

from cnnanalyze.core.registry import Registry
from cnnanalyze.errors import Mark, PluginError
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.traits import Trait
from cnnanalyze.linting.finding import SEVERITIES, Finding, Fix, Severity

if TYPE_CHECKING:
    from cnnanalyze.linting.context import RuleContext

Stage = Literal["text", "document", "network", "analysis"]
"""How far the reading of a spec must have come before a rule can look at it."""


class Case:
    """A spec on which a rule is tried, with the one finding that it must give, if any.

    Parameters
    ----------
    text
        The spec; it may leave out ``cnn:`` and ``input:`` only if the rule speaks of just that.
    at
        Line and column of the finding; nothing if it has no place.
    message
        What it says.
    path
        The layer that it speaks of.
    instances
        How many there are of it.
    """

    def __init__(
        self,
        text: str,
        at: tuple[int, int] | None = None,
        message: str = "",
        path: str = "",
        instances: int = 1,
    ) -> None:
        self.text = text
        self.at = at
        self.message = message
        self.path = path
        self.instances = instances


class Rule:
    """One rule: the class is the condition, its docstring the documentation.

    The first line of the docstring says what is wrong; paragraphs that begin with ``Why:`` and
    ``Instead:`` say what for and what to do. A subclass fills the attributes and ``check``, and is
    registered by the decorator ``rule``.

    Examples
    --------
    >>> from cnnanalyze import Trait
    >>> from cnnanalyze.linting.layer_queries import kernel
    >>> class WideKernel(Rule):
    ...     "A kernel is wider than 7."
    ...
    ...     code = "ACME001"
    ...     name = "wide-kernel"
    ...
    ...     def check(self, context):
    ...         for node in context.network:
    ...             is_convolution = Trait.CONVOLUTION in node.layer.traits
    ...             if is_convolution and max(kernel(node)) > 7:
    ...                 yield self.found(context, "a kernel is wider than 7", node=node)
    >>> WideKernel.severity
    'warning'
    """

    code: ClassVar[str] = ""
    """Letters of the family and three digits; never used again for something else."""
    name: ClassVar[str] = ""
    """The fault in kebab case, such as ``even-kernel``."""
    severity: ClassVar[Severity] = "warning"
    """error, warning or info."""
    profiles: ClassVar[frozenset[str]] = frozenset({"default"})
    """Which profiles switch it on: default, teaching, strict, ``target:NAME``; none: only by name.

    ``teaching`` and ``strict`` have everything that ``default`` has.
    """
    needs: ClassVar[Stage] = "network"
    """How far a spec must be understood for the rule to look at it."""
    section: ClassVar[str] = ""
    """The section of a spec or a configuration without which there is nothing to look at."""
    traits: ClassVar[frozenset[Trait]] = frozenset()
    """What some layer must be, or there is nothing to look at: the rule is not even imported."""
    attributes: ClassVar[frozenset[str]] = frozenset()
    """Attributes of layers without which there is nothing to look at, unless a trait is there."""
    source: ClassVar[str] = ""
    """Who says so, and where."""
    trips: ClassVar[str] = ""
    """Known good networks that trip it, and why."""
    formula: ClassVar[str] = ""
    """The condition as a formula."""
    thresholds: ClassVar[Mapping[str, float]] = MappingProxyType({})
    """Numbers of the condition that a configuration may change."""
    valid: ClassVar[tuple[Case, ...]] = ()
    """Specs in which it finds nothing."""
    invalid: ClassVar[tuple[Case, ...]] = ()
    """Specs in which it finds something, with the place and the message."""

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Yield what is wrong with a spec; called only if the stage that is needed was reached."""
        raise NotImplementedError

    def threshold(self, context: RuleContext, name: str) -> float:
        """Return a threshold: the configured one, or else the rule's own."""
        return context.thresholds.get(self.code, {}).get(name, self.thresholds[name])

    def found(
        self,
        context: RuleContext,  # noqa: ARG002 - what rules hand over, ours and those of others
        message: str,
        *,
        node: Node | None = None,
        attribute: str = "",
        mark: Mark | None = None,
        path: str = "",
        help: str = "",  # noqa: A002 - the word users read
        values: Mapping[str, object] | tuple[tuple[str, object], ...] = (),
        fix: Fix | None = None,
    ) -> Finding:
        """Return a finding of this rule.

        Parameters
        ----------
        context
            The spec.
        message
            One sentence with the numbers.
        node
            The layer it speaks of: gives the place, the path and the chain of calls.
        attribute
            The attribute of that layer at whose value the caret points, if it is written there.
        mark
            The place, if it is another one.
        path
            The block or section, if it is not the layer.
        help
            What to do.
        values
            The computed values behind the message.
        fix
            A safe change of the text.
        """
        if mark is None and node is not None:
            mark = node.place(attribute)
        return Finding(
            self.code,
            self.name,
            self.severity,
            message,
            mark,
            path or (node.id if node is not None else ""),
            help,
            tuple(values.items()) if isinstance(values, Mapping) else values,
            node.chain if node is not None else (),
            fix=fix,
        )


class FaultRule(Rule):
    """A rule whose condition is seen while a spec is read: it names the faults with its code.

    Such faults cannot be ignored or downgraded: what cannot be read cannot be judged either.
    """

    severity = "error"
    needs = "text"
    trips = "none: a network with such a fault cannot be read"

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Yield the faults of the reading that carry this code."""
        for fault in context.faults:
            if fault.code == self.code:
                yield Finding(
                    self.code,
                    self.name,
                    self.severity,
                    fault.message,
                    fault.mark,
                    help=fault.help,
                    chain=fault.chain,
                    instances=fault.count,
                )


class EngineRule(Rule):
    """A rule whose condition only the linter itself sees: about comments, settings, the rules."""

    needs = "text"

    def check(self, context: RuleContext) -> Iterator[Finding]:  # noqa: ARG002 - as the base class has it
        """Yield nothing: the linter makes the findings of this rule itself."""
        return iter(())


RULES: Registry[type[Rule]] = Registry("rule", group="cnnanalyze.rules")

_FAMILY = 2, 8
_NUMBER = 3


def is_code(text: str) -> bool:
    """Whether a text is two to eight capital letters with three digits behind them.

    Examples
    --------
    >>> is_code("CV003"), is_code("cv003"), is_code("C003"), is_code("CV03")
    (True, False, False, False)
    """
    family, number = text[:-_NUMBER], text[-_NUMBER:]
    least, most = _FAMILY
    is_family = least <= len(family) <= most and family.isalpha() and family.isupper()
    return text.isascii() and is_family and len(number) == _NUMBER and number.isdigit()


def is_name(text: str) -> bool:
    """Whether a text is in kebab case.

    Examples
    --------
    >>> is_name("norm-on-1x1"), is_name("Norm"), is_name("norm-"), is_name("a b")
    (True, False, False, False)
    """
    parts = text.split("-")
    return text.isascii() and text == text.lower() and all(part.isalnum() for part in parts)


RuleClass = TypeVar("RuleClass", bound=type[Rule])


def rule(cls: RuleClass) -> RuleClass:
    """Register a class as the lint rule of its code and its name.

    Parameters
    ----------
    cls
        A subclass of ``Rule`` with a code and a name of its own.

    Returns
    -------
    type
        The class.

    Raises
    ------
    PluginError
        If its code, its name or its severity is none, or is taken.

    Examples
    --------
    >>> from cnnanalyze.linting.rule import RULES, Rule, rule
    >>> with RULES.scoped():
    ...
    ...     @rule
    ...     class WideKernel(Rule):
    ...         "A kernel is wider than 7."
    ...
    ...         code = "ACME001"
    ...         name = "wide-kernel"
    ...
    ...     RULES.get("wide-kernel").code
    'ACME001'
    """
    said = f"rule '{cls.code}' of {cls.__module__}"
    if not is_code(cls.code):
        raise PluginError(
            f"{said} needs a code of capital letters and three digits", help="such as ACME001"
        )
    if not is_name(cls.name):
        raise PluginError(
            f"{said} needs a name in kebab case, not '{cls.name}'", help="such as wide-kernel"
        )
    if cls.severity not in SEVERITIES:
        raise PluginError(f"{said} has the severity '{cls.severity}'; known: {SEVERITIES}")
    RULES.add(cls.code, cls, (cls.name,))
    return cls
