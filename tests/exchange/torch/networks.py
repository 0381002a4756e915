"""Networks of timm and torchvision, and what becomes of each: the oracle is the module itself.

``python -m tests.exchange.torch.networks`` tries all that are listed, one after the other, and
writes what came of them; with names, these alone.
"""

from __future__ import annotations

import gc
import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import cnnanalyze as cnn
from cnnanalyze.errors import CnnError
from tests.witnesses.model_zoos import zoo

LIST = Path(__file__).with_suffix(".toml")
OUTCOMES = LIST.with_name("networks_outcomes.toml")
SIDES = {"inception_v3": 299, "ssd300_vgg16": 300, "ssdlite320_mobilenet_v3_large": 320}
_WITHOUT_HELPERS = frozenset({"googlenet", "inception_v3"})
"""What trains with further heads, which a network in use has not."""


class Outcome(NamedTuple):
    """What came of a network, beside what PyTorch says of it."""

    lines: int
    """Of its folded spec."""
    parameters: tuple[int, int]
    """Of the layers, and of the module."""
    macs: tuple[int, int]
    """Of the layers, and what PyTorch counts while the module runs."""
    notes: tuple[str, ...]

    @property
    def is_exact(self) -> bool:
        """Whether both agree."""
        return all(ours == theirs for ours, theirs in (self.parameters, self.macs))


def names() -> Iterator[str]:
    """Yield the networks of the list, as ``timm/resnet10t``, ``torchvision/detection/...``."""
    listed = tomllib.loads(LIST.read_text("utf-8"))
    yield from (f"timm/{name}" for name in listed["timm"].values())
    for family, found in listed["torchvision"].items():
        yield from (f"torchvision/{family}/{name}" for name in found)


def built(name: str) -> tuple[Any, tuple[int, int, int]]:
    """Return a module, in use and with weights by lot, and what goes in, without the batch."""
    library, *families, short = name.split("/")
    if library == "timm":
        module = zoo("timm").create_model(short, pretrained=False)
        return module.eval(), module.default_cfg["input_size"]
    models = zoo("torchvision").models
    side = SIDES.get(short, 224)
    match families:
        case ["detection"]:
            whole = getattr(models.detection, short)(weights=None, weights_backbone=None)
            module = whole.backbone
        case ["segmentation"]:
            module = models.segmentation.__dict__[short](weights=None, weights_backbone=None)
        case _ if short in _WITHOUT_HELPERS:
            module = getattr(models, short)(aux_logits=False, init_weights=False)
        case _:
            module = getattr(models, short)()
    return module.eval(), (3, side, side)


def outcome(name: str) -> Outcome:
    """Return what becomes of a network."""
    module, shape = built(name)
    spec = cnn.from_torch(module, (1, *shape), name=re.sub(r".*/", "", name))
    total = cnn.analyze(spec).total
    parameters = sum(p.numel() for p in module.parameters())
    return Outcome(
        cnn.dumps(spec, folded=True).count("\n"),
        (total.parameters, parameters),
        (total.operations("mac"), _counted(module, shape)),
        spec.notes,
    )


def _counted(module: Any, shape: tuple[int, ...]) -> int:
    """Return the multiply-accumulates that PyTorch counts, without computing where that goes."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    try:
        module.to("meta")
    except NotImplementedError:
        device = "cpu"
    else:
        device = "meta"
    module.requires_grad_(False)  # the counter trips over tokens that would have a gradient
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(torch.empty(1, *shape, device=device))
    return int(counter.get_total_flops()) // 2


# --- the file of outcomes -------------------------------------------------------------------------


def line(name: str, found: Outcome | str) -> str:
    """Return what is written of a network: its lines, and where it is not exact, why."""
    if isinstance(found, str):
        return f"{json.dumps(name)} = {{ refused = {json.dumps(found)} }}"
    parts = [f"lines = {found.lines}"]
    for word in ("parameters", "macs"):
        ours, theirs = getattr(found, word)
        if ours != theirs:
            parts.append(f"{word} = [{ours}, {theirs}]")
    if not found.is_exact:
        parts.append(f"notes = {json.dumps(list(found.notes), ensure_ascii=False)}")
    return f"{json.dumps(name)} = {{ {', '.join(parts)} }}"


def tried(name: str) -> str:
    """Return the line of a network."""
    try:
        return line(name, outcome(name))
    except CnnError as error:
        return line(name, error.message)


def write(chosen: list[str]) -> None:
    """Try networks, and write what came of them among what is there."""
    for name in chosen or list(names()):
        known = outcomes()
        lines = {
            one: tried(one) if one == name else _again(one, known[one])
            for one in names()
            if one == name or one in known
        }
        exact = sum("refused" not in text and "notes" not in text for text in lines.values())
        head = (
            "# What becomes of the networks in networks.toml: the lines of the folded spec; where\n"
            "# parameters or multiply-accumulates are not those of the module, both, and notes.\n"
            f"# Of {len(lines)}, {exact} are exact.\n\n"
        )
        OUTCOMES.write_text(head + "\n".join([*lines.values(), ""]), "utf-8")
        sys.stdout.write(f"{lines[name][:150]}\n")
        sys.stdout.flush()
        gc.collect()


def outcomes() -> Mapping[str, Mapping[str, Any]]:
    """Return what is written of each network."""
    return tomllib.loads(OUTCOMES.read_text("utf-8")) if OUTCOMES.exists() else {}


def line_of(name: str) -> str:
    """Return the line that is written of a network."""
    return _again(name, outcomes()[name])


def _again(name: str, known: Mapping[str, Any]) -> str:
    if "refused" in known:
        return line(name, known["refused"])
    pairs = {word: tuple(known.get(word, (0, 0))) for word in ("parameters", "macs")}
    found = Outcome(known["lines"], notes=tuple(known.get("notes", ())), **pairs)
    return line(name, found)


if __name__ == "__main__":
    write(sys.argv[1:])
