"""The one way to the rows: every statement is bound to its practice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Delete,
    Result,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    insert,
    literal_column,
    select,
    update,
)

T = TypeVar("T")
_NOTHING: ColumnElement[str] = literal_column("''")  # behind a column: its value stays, no index serves it
PRACTICE: BindParameter[Any] = bindparam("practice_id")
CHUNK = 400  # values in one IN list, rows in one look-up: SQLite takes 999 variables in its oldest builds


def of_practice(table: Table, *columns: Any) -> Select[Any]:
    """A statement as `Scope.select` makes it, but made once: `Scope.run` says which practice, and without it none runs.

    Making a statement takes longer than SQLite takes to answer it.
    """
    return select(*(columns or table.c)).where(table.c.practice_id == PRACTICE)


class Scope:
    """A practice's rows over one connection."""

    def __init__(self, connection: Connection, practice: str) -> None:
        self.connection, self.practice = connection, practice

    def select(self, table: Table, *columns: Any) -> Select[Any]:
        """Columns of the practice's rows (all of them when none is named)."""
        return select(*(columns or table.c)).where(table.c.practice_id == self.practice)

    def select_by_id(self, table: Table, *columns: Any) -> Select[Any]:
        """As `select`, where rows are found by the id of what they belong to: a file, a submission.

        The practice is then checked on every row, and is not the way to them: SQLite keeps no statistics unless told
        to, and would take an index that begins with the practice, which is to read all of its rows.
        """
        return select(*(columns or table.c)).where(table.c.practice_id.concat(_NOTHING) == self.practice)

    def run(self, statement: Select[Any], **values: Any) -> Result[Any]:
        """Run a statement of `of_practice` for this practice."""
        return self.connection.execute(statement, {**values, PRACTICE.key: self.practice})

    def lock(self, practices: Table) -> Select[Any]:
        """Holds other writers of the practice off until the transaction ends; SQLite has one writer anyway."""
        return select(practices.c.id).where(practices.c.id == self.practice).with_for_update()

    def update(self, table: Table) -> Update:
        """An update of the practice's rows."""
        return update(table).where(table.c.practice_id == self.practice)

    def delete(self, table: Table) -> Delete:
        """A removal of the practice's rows."""
        return delete(table).where(table.c.practice_id == self.practice)

    def insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows to the practice."""
        if rows:
            self.connection.execute(insert(table), [{**row, "practice_id": self.practice} for row in rows])

    def insert_one(self, table: Table, row: Mapping[str, Any]) -> int:
        """Add one row and return its id."""
        result = self.connection.execute(insert(table).values(**row, practice_id=self.practice))
        key: int = result.inserted_primary_key[0]  # type: ignore[index]  # the tables this is used for have one
        return key

    def rows(self, statement: Select[Any]) -> list[Any]:
        """All rows of a statement."""
        return list(self.connection.execute(statement))

    def where_in(self, statement: Select[Any], column: Any, values: Sequence[Any]) -> Iterator[Any]:
        """The statement's rows with the column in `values`, in as many queries as need be."""
        for some in chunks(values, CHUNK):
            yield from self.connection.execute(statement.where(column.in_(some)))

    def stream(self, statement: Select[Any]) -> Iterator[Any]:
        """The statement's rows one by one, without holding them all."""
        yield from self.connection.execution_options(yield_per=500).execute(statement)


def chunks(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The values in runs of at most `size`."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
