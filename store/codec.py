"""Claims and remittances as compact JSON and back, exactly.

Private to the store: field names of the dataclasses, decimals as text, defaults left out (so a field added later reads
as its default). `segments` are left out: they point into a file we no longer hold.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
Convert = Callable[[Any], Any]
LEFT_OUT = frozenset({"segments"})


def dump(record: Any) -> str:
    """The record as JSON text."""
    kind: Any = type(record)
    return json.dumps(_dumper(kind)(record), separators=(",", ":"))


def load(kind: type[T], text: str, instead: Mapping[str, Any] | None = None) -> T:
    """The record of that kind, equal to the one dumped.

    `instead` names fields that are not read, with the JSON to take for them (None: the field's default): for those who
    read very many records and need little of each.
    """
    said = json.loads(text)
    if instead:
        said |= instead
        said = {name: value for name, value in said.items() if value is not None or name not in instead}
    record: T = _loader(cast(Any, kind))(said)
    return record


@cache
def _dumper(kind: Any) -> Convert:
    """How a value of this type becomes JSON."""
    kind, item = _parts(kind)
    if item is not None:
        dump_item = _dumper(item)
        return lambda values: [dump_item(value) for value in values]
    if kind is Decimal:
        return str
    if kind is date:
        return date.isoformat
    if isinstance(kind, type) and issubclass(kind, Enum):
        return lambda value: value.value
    if is_dataclass(kind):
        return _dataclass_dumper(kind)
    return lambda value: value


def _dataclass_dumper(kind: Any) -> Convert:
    hints = get_type_hints(kind)
    plan = [(f.name, _default(f), _dumper(hints[f.name])) for f in fields(kind) if f.name not in LEFT_OUT]

    def dump_fields(record: Any) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for name, default, convert in plan:
            value = getattr(record, name)
            if value is None:
                if default is not None:
                    out[name] = None
            elif value != default or type(value) is not type(default):
                out[name] = convert(value)
        return out

    return dump_fields


@cache
def _loader(kind: Any) -> Convert:
    """How a value of this type is read from JSON."""
    kind, item = _parts(kind)
    if item is not None:
        load_item = _loader(item)
        return lambda values: tuple([load_item(value) for value in values])
    if kind is Decimal:
        return Decimal
    if kind is date:
        return date.fromisoformat
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    if is_dataclass(kind):
        return _dataclass_loader(kind)
    return lambda value: value


def _dataclass_loader(kind: Any) -> Convert:
    hints = get_type_hints(kind)
    plan = {f.name: _loader(hints[f.name]) for f in fields(kind) if f.name not in LEFT_OUT}

    def load_fields(said: dict[str, Any]) -> Any:
        return kind(**{name: None if value is None else plan[name](value) for name, value in said.items()})

    return load_fields


def _parts(kind: Any) -> tuple[Any, Any]:
    """A type without its `| None`, and the item type when it is a tuple of any length."""
    if get_origin(kind) in (Union, UnionType):
        (kind,) = (option for option in get_args(kind) if option is not NoneType)
    return (tuple, get_args(kind)[0]) if get_origin(kind) is tuple else (kind, None)


def _default(field: Any) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default
