"""Inlining: a block that is called so rarely that its definition is longer than what it saves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cnnanalyze.errors import Mark, Source
from cnnanalyze.exchange.folding.step import ENTRY, Expression, Step, Steps, default_of, nested
from cnnanalyze.exchange.folding.text import Block, Folded, Writer, cost
from cnnanalyze.language.expression import parse

_PARAMETER = re.compile(r"\$(\w+)")
_MOST = 2
"""A block of layers that is called more often stays one, and one with branches if called twice."""
_STEP = 12
"""What each further step on a line costs, in characters."""


def inline(folded: Folded) -> Folded:
    """Return a spec without the blocks that make it longer."""
    blocks, steps = dict(folded.blocks), folded.steps
    for name in list(folded.blocks):
        block = blocks[name]
        lists = [steps, *(b.steps for n, b in blocks.items() if n != name)]
        calls = [step for found in lists for step in nested(found) if step.word == name]
        is_large = any(step.has_steps for step in block.steps)
        if len(calls) > (1 if is_large else _MOST):
            continue
        bodies = [_body(call, block) for call in calls]
        if None in bodies:
            continue
        writer = Writer(blocks)
        spelt = sum(
            len(writer.flow_steps(b)) + _STEP * (len(b) - 1) for b in bodies if b is not None
        )
        called = sum(len(writer.flow_step(call)) for call in calls)
        if spelt > called + cost(writer.block(name, block)):
            continue
        del blocks[name]
        put = {id(c): b for c, b in zip(calls, bodies, strict=True) if b is not None}
        steps = _replaced(steps, put)
        blocks = {n: replace(b, steps=_replaced(b.steps, put)) for n, b in blocks.items()}
    return Folded(blocks, steps, folded.outputs)


def _replaced(steps: Steps, put: Mapping[int, Steps]) -> Steps:
    found: list[Step] = []
    for step in steps:
        if id(step) in put:
            found += put[id(step)]
            continue
        branches = tuple(b if isinstance(b, str) else _replaced(b, put) for b in step.branches)
        found.append(replace(step, branches=branches) if step.has_steps else step)
    return tuple(found)


def _body(call: Step, block: Block) -> Steps | None:
    """Return the steps that a call stands for; nothing if they cannot stand there."""
    is_single = len(block.steps) == 1
    if not is_single and (call.repeat != 1 or call.when):
        return None
    if block.inputs or any(_speaks_of_entry(step) for step in nested(block.steps)):
        return None
    given = {**block.defaults, **dict(call.values)}
    if any("$in" in str(v) for v in given.values()) and not _is_used_first(block, given):
        return None
    body = _filled(block.steps, given)
    if len(body) != len(block.steps):
        return None
    if is_single and ((call.repeat != 1 and body[0].repeat != 1) or (call.when and body[0].when)):
        return None
    body[0] = replace(body[0], sources=call.sources or body[0].sources)
    last = replace(body[-1], name=call.name or body[-1].name)
    if is_single:
        repeat = call.repeat if last.repeat == 1 else last.repeat
        last = replace(last, repeat=repeat, when=call.when or last.when)
    body[-1] = last
    return tuple(replace(s, paths=call.paths if is_single else ()) for s in body)


def _speaks_of_entry(step: Step) -> bool:
    texts = [str(v) for _, v in step.values] + [step.when, str(step.repeat)]
    return (
        any(f"${ENTRY}" in text for text in texts)
        or ENTRY in step.sources
        or ENTRY in step.branches
        or bool(step.name)
    )


def _is_used_first(block: Block, given: Mapping[str, Any]) -> bool:
    """Whether arguments that speak of what comes in are used by the first layer alone."""
    asking = {name for name, value in given.items() if "$in" in str(value)}
    first, *rest = block.steps
    others = (*rest, *(s for b in first.branches if not isinstance(b, str) for s in b))
    return not any(
        asking.intersection(_PARAMETER.findall(f"{[v for _, v in s.values]}{s.when}{s.repeat}"))
        for s in nested(others)
    )


def _filled(steps: Steps, given: Mapping[str, Any]) -> list[Step]:
    """Return steps with arguments in the place of parameters, without known conditions."""
    found = []
    for step in steps:
        when: Any = _value(Expression(step.when), given) if step.when else True
        if when is False:
            continue
        branches = tuple(
            b if isinstance(b, str) else tuple(_filled(b, given)) for b in step.branches
        )
        found.append(
            replace(
                step,
                values=_values(step, given),
                branches=branches,
                repeat=_value(step.repeat, given),
                when="" if when is True else when,
            )
        )
    return found


def _values(step: Step, given: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Return what is written at a step, without what its kind has anyway."""
    values = ((name, _value(value, given)) for name, value in step.values)
    return tuple((n, v) for n, v in values if v is None or v != default_of(step.word, n))


def _value(value: Any, given: Mapping[str, Any]) -> Any:  # noqa: ANN401
    if isinstance(value, tuple):
        return tuple(_value(inner, given) for inner in value)
    if not isinstance(value, Expression):
        return value
    if value[1:] in given:
        return given[value[1:]]
    text = _text(value, given)
    if "$" in text:
        return Expression(text)
    return parse(text, Mark(Source("", text), 1, 1)).evaluate({})


def _text(text: str, given: Mapping[str, Any]) -> str:
    def put(found: re.Match[str]) -> str:
        value = given.get(found[1], found[0])
        written = str(value).lower() if isinstance(value, bool) else str(value)
        return f"({written})" if " " in written and isinstance(value, str) else written

    return _PARAMETER.sub(put, text)
