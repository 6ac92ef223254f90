"""Time `claim-validator` on claims: run by the Python of its own throwaway environment, never imported by ours.

Reads `{"warm_up": [...], "claims": [...]}` on stdin, claims in its own JSON; prints the microseconds of each claim it
takes: by `validate`, which its documentation shows, and by a pipeline that is built once and given claims already read.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from claim_validator import ClaimData, validate  # type: ignore[import-not-found,unused-ignore]
from claim_validator.validators.pipeline import ValidationPipeline  # type: ignore[import-not-found,unused-ignore]


def main() -> None:
    """Time every claim once, after a warm-up on the others."""
    asked = json.load(sys.stdin)
    warm_up, claims = _taken(asked["warm_up"]), _taken(asked["claims"])
    pipeline = ValidationPipeline.from_settings(None)
    gc.collect()
    gc.freeze()
    found = {
        "taken": len(claims),
        "validate": _times(validate, [claim for claim, _ in warm_up], [claim for claim, _ in claims]),
        "kept": _times(pipeline.run, [data for _, data in warm_up], [data for _, data in claims]),
    }
    json.dump(found, sys.stdout)


def _taken(claims: list[dict[str, Any]]) -> list[tuple[dict[str, Any], Any]]:
    """Those its own model takes: it raises on the others."""
    found = []
    for claim in claims:
        try:
            found.append((claim, ClaimData(**claim)))
        except ValueError:
            continue
    return found


def _times(check: Callable[[Any], object], warm_up: list[Any], claims: list[Any]) -> list[float]:
    for claim in warm_up:
        check(claim)
    spent = []
    for claim in claims:
        start = time.perf_counter()
        check(claim)
        spent.append((time.perf_counter() - start) * 1e6)
    return spent


if __name__ == "__main__":
    main()
