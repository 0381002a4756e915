"""Deployments as objects of Python: what a network needs where it runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cnnanalyze.core.tabular import Row, Tabular
from cnnanalyze.deployment.deploy import Deployment
from cnnanalyze.report.deployment import Fit, MemoryLimits, document, fits, operations
from cnnanalyze.report.numbers import exact
from cnnanalyze.report.terminal import terminal_width
from cnnanalyze.report.writers import USUAL, render
from cnnanalyze.report.writers.terminal import Screen

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True, repr=False)
class DeploymentResult(Tabular):
    """A network on a target: its flash, its memory plan, its traffic.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> found = cnn.deploy("zoo:mobilenet_v2", target="stm32-like")
    >>> found
    <DeploymentResult: MobileNetV2 on stm32-like, int8: flash 3,541,984 B, arena 1,505,280 B>
    >>> found.flash, found.is_kept
    (3541984, False)
    """

    deployment: Deployment
    """All that is known by rule."""
    limits: MemoryLimits = field(default_factory=MemoryLimits)
    """The memory that somebody says there is."""

    @property
    def flash(self) -> int:
        """Bytes of weights and biases, and of the shapes that a file stores."""
        return self.deployment.flash

    @property
    def arena(self) -> int:
        """Bytes of the buffer of activations, as it is planned."""
        return self.deployment.arena

    @property
    def live(self) -> int:
        """Bytes of activations that no plan does without."""
        return self.deployment.live

    @property
    def fits(self) -> tuple[Fit, ...]:
        """How the network fits into each memory whose size is known."""
        return fits(self.deployment, self.limits)

    @property
    def is_kept(self) -> bool:
        """Whether it fits into all of them."""
        return all(one.is_kept for one in self.fits)

    def rows(self) -> Iterator[Row]:
        """Yield the operations, each as a mapping from columns to plain values."""
        yield from operations(self.deployment).records()

    def headline(self) -> str:
        """Return in one line what is needed."""
        found = self.deployment
        return (
            f"{found.network.name} on {found.target.name}, {found.numbers.name}: "
            f"flash {exact(found.flash)} B, arena {exact(found.arena)} B"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data: what ``deploy --format json`` prints."""
        data: dict[str, Any] = document(self.deployment, self.limits).data()
        return data

    def render(self, format: str = USUAL, *, width: int | None = None) -> str:  # noqa: A002
        """Return everything in a format of ``cnnanalyze deploy --format``.

        Raises
        ------
        UsageError
            If there is no such format.
        """
        return render(document(self.deployment, self.limits), format, width or terminal_width())

    def __rich__(self) -> RenderableType:
        return Screen(document(self.deployment, self.limits))

    def __str__(self) -> str:
        return self.render()
