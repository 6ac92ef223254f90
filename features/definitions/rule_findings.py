"""What did the scrubber say of the line?

One feature a Reason, so that a finding's part of the risk stands under its own cause; a count over all of them would
have no cause to stand under.
"""

from __future__ import annotations

from claims.reasons import Reason
from features.habits import CAUSES
from features.registry import Direction, Look, feature


def _worst_finding(reason: Reason) -> None:
    def worst(look: Look) -> float | None:
        return look.report.worst(look.line.number, reason)

    words = reason.value.replace("_", " ")
    worst.__doc__ = (
        f"Worst {words} finding on the line or the whole claim: 0 none, 1 info, 2 warn, 3 deny, 4 reject; "
        "unknown when a rule could not look."
    )
    feature(reason=reason, unit="severity", risk=Direction.RAISES, name=f"worst_{reason.value}_finding")(worst)


for _cause in CAUSES:
    _worst_finding(_cause)
