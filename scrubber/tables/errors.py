"""What can be wrong with a table.

* UnreadableInput (claims.errors)
  - UnreadableTable: a manifest, a release file, or what was given to be imported
    - WrongDelivery (scrubber.tables.publishers): a publisher's file
"""

from __future__ import annotations

from claims.errors import UnreadableInput


class UnreadableTable(UnreadableInput):
    """A table's manifest or release file is not what it should be: says which table, row and column."""
