"""What must hold for every valid network."""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema

import cnnanalyze as cnn
from cnnanalyze.core.tree import plain
from cnnanalyze.crosscheck.balance import balance
from cnnanalyze.errors import Source
from cnnanalyze.graph.network import Network
from cnnanalyze.language.schema import build_schema
from cnnanalyze.language.spec import spec_of
from cnnanalyze.language.yaml import read

LINES = 5
"""By how many lines of the input along each axis receptive fields are observed."""


def check_network(text: str) -> None:
    """Fail unless the books balance, the schemas accept, and the round trip changes nothing."""
    network = cnn.loads(text)
    found = balance(network, lines=LINES)
    assert found.is_balanced, "\n".join([*map(str, found.discrepancies), text])
    check_schema(text, network)
    check_round_trip(text, network)


def check_schema(text: str, network: Network) -> None:
    """Fail unless the schema of all specs and the schema of this one accept a text."""
    data = plain(read(Source("text", text)))
    own = jsonschema.Draft7Validator(build_schema(spec_of(network).document))
    for validator in (schema(), own):
        errors = [f"{list(e.path)}: {e.message[:200]}" for e in validator.iter_errors(data)]
        assert not errors, "\n".join([*errors, text])


@cache
def schema() -> Any:
    """Return the validator of the schema that holds for every spec."""
    return jsonschema.Draft7Validator(build_schema())


def check_round_trip(text: str, network: Network) -> None:
    """Fail unless a network that is written and read is the same network."""
    written = cnn.dumps(network)
    again = cnn.loads(written)
    assert wiring(again) == wiring(network), f"{text}\n--- written\n{written}"
    # What is written is written the same way again.
    assert cnn.dumps(again) == written, f"{text}\n--- written\n{written}"


def wiring(network: Network) -> list[Any]:
    """Return a network without its names: who reads whom, as numbers."""
    numbers = {name: -1 - n for n, name in enumerate(network.inputs)}
    numbers |= {node.id: n for n, node in enumerate(network.nodes)}
    nodes = [
        (
            node.layer,
            tuple(numbers[i] for i in node.inputs),
            node.input_shapes,
            node.output,
            None if node.share is None else numbers[node.share],
            node.frozen,
            node.given,
        )
        for node in network.nodes
    ]
    outputs = tuple(numbers[o] for o in network.outputs)
    return [dict(network.inputs), nodes, outputs, spec_of(network).training]
