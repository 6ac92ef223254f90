"""Claim numbers that stand more than once in what was given: the page and the command line say it alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from serving.assessment import Assessment


def twice(assessed: Iterable[Assessment]) -> list[str]:
    """A sentence for each claim number that stands more than once, in the order of the list.

    The rules count a claim that comes again word for word as one, since reading a file twice must change nothing; so
    none of them says this. Sent twice, it is denied once.
    """
    counts = Counter((a.payer_id, a.claim_id) for a in assessed)
    return [
        f"Claim {claim_id} to {payer_id} stands {n} times in what you gave, and each is counted. "
        "If it is the same claim, send it once: a payer denies the second as a duplicate."
        for (payer_id, claim_id), n in counts.items()
        if n > 1
    ]
