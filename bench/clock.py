"""Timing: CPU seconds of the best of several runs for code in this process, percentiles for requests."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence


def best_cpu(run: Callable[[], object], times: int = 3) -> float:
    """CPU seconds of the fastest of `times` runs; the fastest is the one least disturbed by others."""
    return min(_cpu(run) for _ in range(times))


def _cpu(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def percentile(seconds: Sequence[float], share: float) -> float:
    """The value `share` of the sorted measurements lies at or below (nearest rank)."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]
