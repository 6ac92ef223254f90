"""Frozen dataclasses that are made as fast as open ones: files hold claims by the hundred thousand.

The generated `__init__` of a frozen dataclass calls `object.__setattr__` for every field, which took a third of the
time it takes to read a file. Here the new object is of an open class with the same slots while it is filled, and frozen
from then on: by `made_quickly` inside `__init__`; by `maker` without the cost of calling a class, for what is made
several times a claim; by `opener` and an assignment of `__class__`, for what is filled while its segments come in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from typing import Any, ParamSpec, TypeVar

Record = TypeVar("Record")
Arguments = ParamSpec("Arguments")

_UNSET: Any = object()
_open_classes: dict[Any, type] = {}  # of the classes below that were made quickly


def made_quickly(cls: type[Record]) -> type[Record]:
    """Give a `@dataclass(frozen=True, slots=True)` an `__init__` that sets its fields as plain attributes."""
    names = [field.name for field in _fields(cls)]
    _open_classes[cls] = type(cls.__name__, (), {"__slots__": tuple(names), "__doc__": "A record being filled."})
    made = _generated(cls, "__init__", "_set(self, '__class__', _open)", "")
    made.__qualname__, made.__annotations__ = f"{cls.__qualname__}.__init__", cls.__init__.__annotations__
    setattr(cls, "__init__", made)  # noqa: B010 - mypy knows no other way
    return cls


def maker(cls: Callable[Arguments, Record]) -> Callable[Arguments, Record]:
    """A function that makes such a record, twice as fast as the class itself does."""
    made: Callable[Arguments, Record] = _generated(cls, "make", "self = _open()", "return self")
    return made


def opener(cls: type) -> Callable[[], Any]:
    """A function that makes such a record still open: `record.__class__ = cls` freezes it once it is filled.

    Fields are at their defaults. Those without one, or whose default is made anew each time, are not set.
    """
    scope: dict[str, Any] = {"_open": _open_classes[cls]}
    body = ["self = _open()"]
    for field in _fields(cls):
        if field.default is not MISSING:
            scope[f"_default_{field.name}"] = field.default
            body.append(f"self.{field.name} = _default_{field.name}")
    made: Callable[[], Any] = _function("open", "", [*body, "return self"], scope)
    return made


def _fields(cls: Any) -> tuple[Field[Any], ...]:
    return fields(cls)


def _generated(cls: Any, name: str, begin: str, end: str) -> Any:
    """A function of the fields of a record that fills it while it is open, and freezes it."""
    scope: dict[str, Any] = {"_open": _open_classes[cls], "_frozen": cls, "_unset": _UNSET, "_set": object.__setattr__}
    parameters, body = ["self"] if name == "__init__" else [], [begin]
    for field in _fields(cls):
        name_of_field, value = field.name, field.name
        if field.default is not MISSING:
            scope[f"_default_{name_of_field}"] = field.default
            parameters.append(f"{name_of_field}=_default_{name_of_field}")
        elif field.default_factory is not MISSING:
            scope[f"_make_{name_of_field}"] = field.default_factory
            parameters.append(f"{name_of_field}=_unset")
            value = f"_make_{name_of_field}() if {name_of_field} is _unset else {name_of_field}"
        else:
            parameters.append(name_of_field)
        body.append(f"self.{name_of_field} = {value}")
    return _function(name, ", ".join(parameters), [*body, "self.__class__ = _frozen", *filter(None, [end])], scope)


def _function(name: str, parameters: str, body: list[str], scope: dict[str, Any]) -> Any:
    """A function from its text, which holds nothing but names of fields."""
    lines = "\n    ".join(body)
    exec(f"def {name}({parameters}):\n    {lines}", scope)  # noqa: S102 - as dataclasses does
    return scope[name]
