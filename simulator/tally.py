"""What a run is counted by: how much there was, and how hard it is to foresee."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.adjudication import Decision
from simulator.coding import Draft
from simulator.truth import Truth


class Tally:
    """Counts what was sent, and says at the end what was denied and from where."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(("claims", "lines", "denied_lines", "unanswered_claims", "reworked_claims"), 0)

    def add(self, draft: Draft, decision: Decision, *, answered: bool) -> None:
        """One claim sent, and what its payer decided."""
        self.counts["claims"] += 1
        self.counts["lines"] += len(decision.verdicts)
        self.counts["denied_lines"] += sum(verdict.denied for verdict in decision.verdicts)
        self.counts["unanswered_claims"] += not answered
        self.counts["reworked_claims"] += draft.reworked

    def told(self, written: Mapping[str, int], truth: Truth) -> dict[str, int | float]:
        """All counts, with the rate of denials and the shares of them that no policy states and that show."""
        return {
            **self.counts,
            **written,
            "denial_rate": round(self.counts["denied_lines"] / max(1, self.counts["lines"]), 4),
            "denials_unpublished": _share(truth.column("published"), of=False),
            "denials_visible": _share(truth.column("visible"), of=True),
        }


def _share(said: Sequence[bool | None], *, of: bool) -> float:
    """Share of the denied lines (paid ones say nothing) that say so."""
    denied = [one for one in said if one is not None]
    return round(denied.count(of) / max(1, len(denied)), 4)
