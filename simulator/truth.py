"""What really happened, a row a service line: for measuring a model against the achievable, never for training one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from claims.claim import Claim
from claims.errors import CleanclaimError
from simulator.adjudication import Verdict
from simulator.reference import services

COLUMNS = (
    "claim_id", "submitted_on", "sender", "interchange", "group", "transaction", "ordinal", "line",
    "payer_id", "procedure", "family", "p_denied", "p_shown", "denied", "outcome", "cause", "told", "mechanism",
    "visible", "published", "root", "answered", "slips",
)  # fmt: skip


class Truth:
    """Collects the rows, column by column, and writes them as Parquet."""

    def __init__(self) -> None:
        try:
            import pyarrow  # noqa: F401, PLC0415 - only the truth needs it, and only here
        except ImportError as missing:
            raise CleanclaimError(
                "writing truth.parquet needs pyarrow, which is not installed: install the train extra"
            ) from missing
        self._columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}

    def add(self, claim: Claim, verdicts: list[Verdict], *, answered: bool, slips: list[str]) -> None:
        """One claim's lines."""
        origin = claim.origin
        assert origin is not None
        for line, verdict in zip(claim.lines, verdicts, strict=True):
            mechanism = verdict.mechanism
            row = (
                claim.id, claim.submitted_on, origin.sender, origin.interchange, origin.group, origin.transaction,
                origin.ordinal, line.number, claim.payer.id, line.code, services()[line.code].family,
                verdict.p_denied, verdict.p_shown, verdict.denied, verdict.outcome,
                verdict.answer.reason.value if verdict.answer else "",
                verdict.told.reason.value if verdict.told else "",
                mechanism.name if mechanism else "",
                mechanism.visible if mechanism else None,
                mechanism.published if mechanism else None,
                " ".join(reason.value for reason in verdict.root),
                answered, " ".join(slips),
            )  # fmt: skip
            for column, value in zip(self._columns.values(), row, strict=True):
                column.append(value)

    def column(self, name: str) -> list[Any]:
        """One column as collected so far."""
        return self._columns[name]

    def write(self, path: Path) -> None:
        """Write everything collected."""
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415

        pq.write_table(pa.table(self._columns), path)
