"""Cells of any length in a CSV file: an article of a publisher's stands in one cell, with thousands of diagnoses."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_asked: list[int] = []  # the limit found before anyone asked, then those asked for now
_lock = Lock()


@contextmanager
def long_cells(most: int) -> Iterator[None]:
    """Cells of up to `most` characters can be read; csv itself takes 131,072 and raises csv.Error beyond.

    csv keeps one limit for the whole process. So that two threads that read at once neither cut each other's cells nor
    leave a raised limit behind, it is the largest anyone asks for, and the one found at first when the last has done.
    """
    with _lock:
        if not _asked:
            _asked.append(csv.field_size_limit())
        _asked.append(most)
        csv.field_size_limit(max(_asked))
    try:
        yield
    finally:
        with _lock:
            _asked.remove(most)
            csv.field_size_limit(max(_asked))
            if len(_asked) == 1:
                _asked.clear()
