"""Errors about the store itself.

* UnreadableInput (claims.errors)
  - UnusableStore: the store cannot be opened as asked
* ImportUnderWay: the tables of a home are being changed by somebody else
"""

from __future__ import annotations

from claims.errors import CleanclaimError, UnreadableInput


class UnusableStore(UnreadableInput):
    """The store cannot be opened: another secret, a newer version, a bad name or address."""


class ImportUnderWay(CleanclaimError):
    """Another process changes the tables of this home now; nothing was changed by this one."""

    def __init__(self) -> None:
        super().__init__("another import or rollback of tables is under way in this home: try again when it is done")
