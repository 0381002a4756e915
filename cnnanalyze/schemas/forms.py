"""What forms of data are made of: mappings with fixed keys, whose words become their schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, with_config
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue

from cnnanalyze.core.quantities import Quantity

Schema = dict[str, Any]
Form = TypeVar("Form", bound=type)

Extents = list[int]
"""Height before width before channels."""
Number = int | float | str
"""A whole number, a number with decimals, or a fraction that does not come out, as a text: 11/3."""
DRAFT = GenerateJsonSchema.schema_dialect


class _Plain(GenerateJsonSchema):
    """Schemas without a title for every key: its name says the same."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - as inherited
        return False


def form(cls: Form) -> Form:
    """Declare a mapping that has these keys and no others; what stands below a key describes it."""
    return with_config(ConfigDict(extra="forbid", use_attribute_docstrings=True))(cls)


def form_with(numbers: Callable[[Schema], Mapping[str, Schema]]) -> Callable[[Form], Form]:
    """Declare such a mapping that has a key for each of some quantities, too.

    ``numbers`` gets what is known of the other keys.

    Examples
    --------
    >>> from typing_extensions import TypedDict
    >>> @form_with(lambda _: {"macs": {"type": "integer"}})
    ... class Counted(TypedDict):
    ...     name: str
    >>> describe(Counted)["required"]
    ['name', 'macs']
    """

    def add(schema: Schema) -> None:
        more = numbers(schema["properties"])
        schema["properties"].update(more)
        schema["required"] = [*schema.get("required", ()), *more]

    config = ConfigDict(extra="forbid", use_attribute_docstrings=True, json_schema_extra=add)
    return with_config(config)


def number(quantity: Quantity, *, optional: bool = False) -> Schema:
    """Return the schema of the number of a quantity; of a layer it may be null."""
    whole: Schema = {"type": "integer"}
    shape = {"anyOf": [whole, {"type": "null"}]} if optional else whole
    return {**shape, "description": quantity.about}


def describe(
    shape: Any,  # noqa: ANN401 - a form, or several of them
    mode: JsonSchemaMode = "validation",
) -> JsonSchemaValue:
    """Return the JSON Schema of a form.

    Examples
    --------
    >>> from typing_extensions import TypedDict
    >>> @form
    ... class Point(TypedDict):
    ...     x: int
    >>> describe(Point)["properties"], describe(Point)["required"]
    ({'x': {'type': 'integer'}}, ['x'])
    """
    return TypeAdapter(shape).json_schema(schema_generator=_Plain, mode=mode)
