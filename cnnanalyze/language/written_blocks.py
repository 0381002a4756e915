"""What a spec says of its blocks, before anything of them is laid out."""

from typing import Annotated, Any

from pydantic import Field

from cnnanalyze.core.diagnostics import Faults, show_tree, show_value
from cnnanalyze.core.section import Named, Reader, Section, mapping_as
from cnnanalyze.core.tree import Scalar, Sequence, Tree
from cnnanalyze.graph.naming import is_name
from cnnanalyze.graph.node import INPUT
from cnnanalyze.language.step import RESERVED
from cnnanalyze.layers.base import KINDS


def _steps(tree: Tree) -> Sequence:
    if isinstance(tree, Sequence):
        return tree
    raise ValueError(f"must be a list of steps, not {show_tree(tree)}")


def _step_name(tree: Tree) -> Scalar:
    if isinstance(tree, Scalar) and isinstance(tree.value, str):
        return tree
    raise ValueError(f"must name a step of the block, not {show_tree(tree)}")


def _input_names(tree: Tree) -> tuple[Scalar, ...]:
    items = tree.items if isinstance(tree, Sequence) else ()
    names = tuple(i for i in items if isinstance(i, Scalar) and isinstance(i.value, str))
    if names and len(names) == len(items):
        return names
    raise ValueError(f"must be a list of names, not {show_tree(tree)}")


def _input_names_schema() -> dict[str, Any]:
    from cnnanalyze.language.vocabulary import INPUT_NAME, TEXT, list_of  # noqa: PLC0415 - for schemas only

    return list_of({**TEXT, **INPUT_NAME}, minItems=1)


def _params_schema() -> dict[str, Any]:
    from cnnanalyze.language.vocabulary import VARIABLE  # noqa: PLC0415 - as above

    return {"type": "object", "propertyNames": VARIABLE}


class WrittenBlock(Section):
    """Steps with parameters, or the list of the steps alone."""

    wrong_code = ""
    principal = "layers"
    definition = "block"

    params: mapping_as(_params_schema) = Field(  # type: ignore[valid-type]
        default=None,
        description="parameters; nothing after the colon means required",
        examples=["{filters: , stride: 1}, where nothing after the colon means required"],
    )
    inputs: Annotated[tuple[Scalar, ...], Reader(_input_names, _input_names_schema)] | None = Field(
        default=None,
        description="names of the inputs, if there are several; "
        "the last may end with a star: any number of further ones",
        examples=["[below, left]"],
    )
    layers: Annotated[Sequence, Reader(_steps, {"$ref": "#/definitions/steps"})] = Field(
        description="steps of the block", examples=["[{conv: $filters}, relu]"]
    )
    output: Annotated[Scalar, Reader(_step_name, {"type": "string"})] | None = Field(
        default=None, description="step that the block outputs; by default the last"
    )
    defaults: mapping_as({"$ref": "#/definitions/defaults"}) = Field(  # type: ignore[valid-type]
        default=None, description="attributes by layer kind, for these steps"
    )


def _check_name(name: Scalar, faults: Faults) -> bool:
    """Note a name that no block can have; steps that have it mean something else."""
    word = name.text
    is_kind = KINDS.get(word) is not None
    if is_kind or word in RESERVED or word == INPUT:
        what = "a layer kind" if is_kind else "a word of the language"
        message = f"a block cannot be called '{word}': that is {what}"
        faults.add(message, name.mark, help=f"call it 'my_{word}'", code="SP019")
        return False
    if not is_name(word):
        faults.add(
            f"a block cannot be called {show_value(word)}",
            name.mark,
            help="use letters, digits, '_', '-' and '.', with at least one letter",
            code="SP019",
        )
        return False
    return True


def _name_schema() -> dict[str, Any]:
    from cnnanalyze.language.vocabulary import NAME  # noqa: PLC0415 - for schemas only

    return {**NAME, "not": {"enum": [*KINDS.words(), *RESERVED, str(INPUT)]}}


Blocks = Annotated[
    dict[str, WrittenBlock],
    Named(_check_name, _name_schema, "block '{}'", "{unit: [{conv: 3}, relu]}"),
]
"""Named lists of steps."""
