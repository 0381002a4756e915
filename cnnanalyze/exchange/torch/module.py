"""Modules: what ``torch.export`` records of one, as a network."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from cnnanalyze.errors import UsageError
from cnnanalyze.exchange.onnx.network import Derived, convert
from cnnanalyze.exchange.torch.program import model_of
from cnnanalyze.exchange.torch.recognition import is_module
from cnnanalyze.graph.network import Network
from cnnanalyze.language.spec import Spec, spec_of

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.export import ExportedProgram

Example = Sequence[int] | object
"""The shape of an input, the batch included, or a tensor like it."""


def from_torch(module: object, *examples: Example, name: str = "") -> Spec:
    """Return the network of a PyTorch module.

    The module is recorded by ``torch.export`` without computing anything, as it is in use: not in
    training. Its names are those of the layers.

    Parameters
    ----------
    module
        The module, its weights wherever they are: none is read.
    *examples
        For each input its shape as the module takes it, ``(1, 3, 224, 224)``, or a tensor.
    name
        What the network is called; by default the class of the module.

    Returns
    -------
    Spec
        The network. What has no layer is opaque in it, with its shape and its numbers; its
        ``notes`` say so, and whether the layers hold more or fewer numbers than the module reads.

    Raises
    ------
    UsageError
        If no example is given, or PyTorch cannot record the module.
    SpecError
        If the module does what no network is.
    """
    if not is_module(module):
        raise UsageError(
            f"a PyTorch module is needed, not {type(module).__name__}",
            help="from_torch(model, (1, 3, 224, 224))",
        )
    if not examples:
        raise UsageError(
            "the module needs an example of what goes in",
            help="give the shape, the batch included: from_torch(model, (1, 3, 224, 224))",
        )
    import torch

    given = tuple(_tensor(example, module) for example in examples)
    with _in_use(module), torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what PyTorch says to who develops it
        try:
            program = torch.export.export(module, given)
        except Exception as error:
            raise UsageError(
                f"torch.export cannot record {type(module).__name__}: "
                f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}",
                help="what it takes, its documentation says; or export the module to ONNX another "
                "way and read that file",
            ) from error
    title = name or type(module).__name__
    made = convert(model_of(program, title), file=f"{title} (PyTorch)")
    notes = (*made.notes, *_uncounted(made.network, program, made.derived))
    return replace(spec_of(made.network), notes=notes)


def _uncounted(network: Network, program: ExportedProgram, derived: Derived) -> tuple[str, ...]:
    """Say by how much the layers hold other numbers than what is recorded of the module reads."""
    held = program.graph_signature.inputs_to_parameters
    read = {
        id(tensor): tensor.numel()
        for node in program.graph.nodes
        if node.name in held and node.users
        for tensor in [program.state_dict[held[node.name]]]
    }
    module = sum(read.values())
    learned = {
        is_frozen: sum(
            tensor.size
            for node in network
            if node.share is None and node.frozen is is_frozen
            for tensor in node.layer.params(*node.input_shapes)
            if tensor.trainable
        )
        for is_frozen in (False, True)
    }
    layers = learned[False] + learned[True]
    if layers == module:
        return derived.notes()
    if learned[False] == module:
        fixed = f"{learned[True]:,} parameters are numbers of the module that no training changes"
        return (*derived.notes(), f"{fixed}: the layers that hold them are frozen")
    own = f"it computes with {derived.unheld:,} of its own, the first of them in '{derived.first}',"
    match bool(derived.unheld), bool(derived.computed):
        case True, True:
            why = f"{own} and layers hold {derived.computed:,} results of that"
        case True, False:
            why = f"{own} that no layer holds"
        case False, True:
            why = f"layers hold {derived.computed:,} that it computes from its weights"
        case _:
            why = "what it computes from its weights before it uses them has no layer of its own"
    return (f"the layers hold {layers:,} learned numbers, and the module reads {module:,}: {why}",)


def _tensor(example: Example, module: nn.Module) -> Tensor:
    """Return a tensor like what the module reads, where its weights are."""
    import torch

    if isinstance(example, torch.Tensor):
        return example
    if (
        isinstance(example, str)
        or not isinstance(example, Sequence)
        or not all(isinstance(n, int) and n > 0 for n in example)
    ):
        raise UsageError(
            f"an example is a shape or a tensor, not {example!r}",
            help="give the shape, the batch included: from_torch(model, (1, 3, 224, 224))",
        )
    like = next(iter(module.parameters()), torch.empty(0))
    return torch.empty(tuple(example), dtype=like.dtype, device=like.device)


@contextmanager
def _in_use(module: nn.Module) -> Iterator[None]:
    """Let a module be as it is in use, and afterwards as it was."""
    training = [one for one in module.modules() if one.training]
    module.eval()
    try:
        yield
    finally:
        for one in training:
            one.training = True
