"""Blocks and defaults as they are written: what ``blocks:`` and ``defaults:`` say."""

from __future__ import annotations

from dataclasses import dataclass

from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import Mark
from cnnanalyze.layers.base import KINDS
from cnnanalyze.spec.faults import Faults
from cnnanalyze.spec.step import RESERVED
from cnnanalyze.spec.tree import Mapping, Scalar, Sequence, Tree


@dataclass(frozen=True, slots=True)
class Block:
    """A named list of steps with parameters, several inputs and one output."""

    name: str
    params: tuple[tuple[str, Tree], ...]
    inputs: tuple[str, ...]
    layers: Sequence
    output: Scalar | None
    defaults: Mapping | None
    mark: Mark

    @property
    def param_names(self) -> tuple[str, ...]:
        """The names of the parameters, in order."""
        return tuple(name for name, _ in self.params)


def check_defaults(defaults: Tree | None, faults: Faults) -> None:
    """Note defaults for kinds and attributes that do not exist."""
    if not isinstance(defaults, Mapping):
        return
    for key, value in defaults.entries:
        cls = KINDS.get(key.text)
        if cls is None:
            words = KINDS.words()
            faults.add(
                f"defaults for an unknown layer kind '{key.text}'{nearest(key.text, words)}",
                key.mark,
            )
        elif not isinstance(value, Mapping):
            faults.add(f"the defaults of '{key.text}' must be a mapping", value.mark)
        else:
            names = tuple(cls.model_fields)
            for attribute, _ in value.entries:
                if attribute.text not in names:
                    faults.add(
                        f"'{key.text}' has no attribute '{attribute.text}'; it takes "
                        f"{', '.join(names) or 'none'}{nearest(attribute.text, names)}",
                        attribute.mark,
                    )


_BLOCK_KEYS = ("params", "inputs", "layers", "output", "defaults")


def read_blocks(tree: Mapping, faults: Faults) -> dict[str, Block]:
    """Read the ``blocks:`` section of a spec."""
    section = tree.get("blocks")
    if not isinstance(section, Mapping):
        return {}
    blocks: dict[str, Block] = {}
    for key, value in section.entries:
        block = _read_block(key, value, faults)
        if block is not None:
            blocks[key.text] = block
    return blocks


def _read_block(key: Scalar, value: Tree, faults: Faults) -> Block | None:
    name = key.text
    if name in RESERVED or KINDS.get(name) is not None:
        what = "a word of the language" if name in RESERVED else "a layer kind"
        faults.add(f"a block cannot be called '{name}': that is {what}", key.mark)
        return None
    if isinstance(value, Sequence):
        return Block(name, (), ("x",), value, None, None, key.mark)
    if not isinstance(value, Mapping):
        faults.add(f"block '{name}' must be a mapping with 'layers'", value.mark)
        return None
    for k, _ in value.entries:
        if k.text not in _BLOCK_KEYS:
            faults.add(
                f"a block has no '{k.text}'; it takes {', '.join(_BLOCK_KEYS)}"
                f"{nearest(k.text, _BLOCK_KEYS)}",
                k.mark,
            )
    layers = value.get("layers")
    if not isinstance(layers, Sequence):
        faults.add(f"block '{name}' needs a list of 'layers'", key.mark)
        return None
    output, defaults = value.get("output"), value.get("defaults")
    if output is not None and not isinstance(output, Scalar):
        faults.add("'output' must name a step of the block", output.mark)
        output = None
    check_defaults(defaults, faults)
    return Block(
        name,
        _read_block_params(value.get("params"), faults),
        _read_block_inputs(value.get("inputs"), faults),
        layers,
        output,
        defaults if isinstance(defaults, Mapping) else None,
        key.mark,
    )


def _read_block_params(tree: Tree | None, faults: Faults) -> tuple[tuple[str, Tree], ...]:
    if tree is None:
        return ()
    if not isinstance(tree, Mapping):
        faults.add(
            "'params' must map names to defaults; nothing after the colon means required", tree.mark
        )
        return ()
    return tuple((k.text, v) for k, v in tree.entries)


def _read_block_inputs(tree: Tree | None, faults: Faults) -> tuple[str, ...]:
    if tree is None:
        return ("x",)
    if isinstance(tree, Sequence) and tree.items and all(isinstance(i, Scalar) for i in tree.items):
        return tuple(i.text for i in tree.items if isinstance(i, Scalar))
    faults.add("'inputs' must be a list of names, such as [h, p]", tree.mark)
    return ("x",)
