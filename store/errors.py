"""Errors about the store itself.

* UnreadableInput (claims.errors)
  - UnusableStore: the store cannot be opened as asked
"""

from __future__ import annotations

from claims.errors import UnreadableInput


class UnusableStore(UnreadableInput):
    """The store cannot be opened: another secret, a newer version, a bad name or address."""
