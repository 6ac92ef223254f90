"""The publishers' own files we read: one module a file, found here by its `PUBLISHER`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from scrubber.tables.publishers.delivery import Asked, Delivery, Held, Publisher, Row, Sheet, WrongDelivery
from scrubber.tables.reading import FORMS

__all__ = ["PUBLISHERS", "Asked", "Delivery", "Held", "Publisher", "Row", "Sheet", "WrongDelivery", "publishers_of"]


def _found() -> dict[str, Publisher]:
    """Every publisher of this folder by its name. Raises ValueError for a name taken twice or a table not there."""
    found: dict[str, Publisher] = {}
    for module in sorted(info.name for info in iter_modules(__path__)):
        publisher = getattr(import_module(f"{__name__}.{module}"), "PUBLISHER", None)
        if publisher is None:
            continue
        if publisher.name in found:
            raise ValueError(f"two publishers are called {publisher.name}")
        if publisher.table not in FORMS:
            raise ValueError(f"publisher {publisher.name} is of the table {publisher.table}, which there is not")
        found[publisher.name] = publisher
    return found


PUBLISHERS: Mapping[str, Publisher] = MappingProxyType(_found())


def publishers_of(name: str) -> tuple[Publisher, ...]:
    """The publisher of that name, or those of the table of that name; may be none."""
    if name in PUBLISHERS:
        return (PUBLISHERS[name],)
    return tuple(publisher for publisher in PUBLISHERS.values() if publisher.table == name)
