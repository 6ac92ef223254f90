"""`python -m bench.one_read KIND LAYER FILE`: read a file once in a process of its own, so that its memory is its own.

Prints records, CPU seconds and peak resident memory in MB, as JSON.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from claims.reading import Refusal
from claims.x12 import read_835, read_837
from claims.x12.segments import Segments

READERS = {"837P": read_837, "835": read_835}


def bare_split(source: BinaryIO) -> int:
    """Segments and elements, as little as can be done with the bytes."""
    return sum(1 for segment in source.read().decode().split("~") if segment.split("*"))


def record_layer(source: BinaryIO) -> int:
    """Segments with their elements, number and offset."""
    deque(Segments(source), maxlen=0)
    return 0


def frozen(kind: str) -> Callable[[BinaryIO], int]:
    """Claims or remittances."""
    return lambda source: sum(1 for record in READERS[kind](source) if not isinstance(record, Refusal))


def layer(name: str, kind: str) -> Callable[[BinaryIO], int]:
    """The layer of that name."""
    return {"split": bare_split, "records": record_layer, "frozen": frozen(kind)}[name]


def main() -> None:
    """Read and report."""
    kind, name, path = sys.argv[1:]
    with Path(path).open("rb") as source:
        start = time.process_time()
        records = layer(name, kind)(source)
        seconds = time.process_time() - start
    print(json.dumps({"records": records, "seconds": seconds, "peak": peak()}))


def peak() -> float:
    """The most memory this process ever held, in MB; getrusage would count that of the process that started it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else float("nan")


if __name__ == "__main__":
    main()
