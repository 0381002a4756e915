"""Keys that nobody reads: noted at their places, each once."""

from __future__ import annotations

from cnnanalyze.core.diagnostics import Faults, refuse_synonyms
from cnnanalyze.core.tree import Mapping
from cnnanalyze.core.usage import Usage
from cnnanalyze.errors import Source
from cnnanalyze.language.yaml import read


def test_key_that_nobody_reads_is_a_fault_at_its_place() -> None:
    faults = Faults()
    tree = read(Source("here", "spec: net\ninput: 8x8x1\nfind: macs\nid: 7\n"))
    assert isinstance(tree, Mapping)
    usage = Usage(tree, ("spec", "input", "find", "set"), faults)
    usage.read("spec", "find")
    usage.finish("beside 'spec'", help="strike it")
    (fault,) = faults.sorted()
    assert str(fault) == (
        "here:2:1: error: 'input' is not read beside 'spec'\n"
        "  |\n2 | input: 8x8x1\n  | ^^^^^\n  help: strike it"
    )


def test_two_words_for_one_thing_are_refused() -> None:
    faults = Faults()
    tree = read(Source("here", "{n: 5, kernel: 3, input: 7}"))
    assert isinstance(tree, Mapping)
    refuse_synonyms(tree, {"n": "input", "k": "kernel"}, "'window'", faults)
    (fault,) = faults.sorted()
    assert fault.message == "'input' and 'n' of 'window' are the same: give one of them"
