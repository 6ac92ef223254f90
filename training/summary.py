"""An evaluation in a few sentences, for the top of the report and for the command line."""

from __future__ import annotations

from datetime import date

from training.charts import dollars
from training.grading import Evaluation
from training.page import SIMULATED
from training.words import WAYS, figure, share, surely
from training.worth import CHARGE, MODEL, RULES

TEN = "the first 10 % of claims"


def in_short(evaluation: Evaluation) -> list[str]:
    """What was tested, what would have been caught, how far the chances can be believed, and against whom."""
    f, worth = evaluation.figures, evaluation.worth
    first, last = (day_in_words(evaluation.days[f"test_{end}"]) for end in ("from", "to"))
    caught = {row.way: row.figures for row in worth.caught if row.capacity == TEN}
    out = [SIMULATED] if evaluation.simulated else []
    out += [
        f"Tested on {f['lines']:,.0f} service lines of {worth.claims:,} claims sent from {first} to {last}. Payers "
        f"denied {f['denied']:,.0f} of them ({f['base_rate']:.1%}), {dollars(worth.denied_dollars)} as charged.",
        f"Had {TEN} been looked at in this model's order, {share(caught[MODEL], 'dollars')} of the dollars denied "
        f"would have been in them, and {share(caught[MODEL], 'precision')} of the claims looked at were denied.",
        f"As many claims in the order of the rules alone: {share(caught[RULES], 'dollars')} of the dollars; the "
        f"largest charges first: {share(caught[CHARGE], 'dollars')}.",
        f"The chances it gives are off by {f['ece'] * 100:.1f} percentage points on average; exact ones would show "
        f"{f['ece_by_chance'] * 100:.1f} by luck.",
    ]
    names = [name for name in WAYS if f"baseline.{name}.pr_auc" in f]
    if names:
        best = max(names, key=lambda name: f[f"baseline.{name}.pr_auc"])
        out.append(
            f"The best of the simpler ways is {WAYS[best]}; the difference in PR-AUC to it is "
            f"{figure(f, f'over.{best}.pr_auc')}: {surely(f, f'over.{best}.pr_auc')}."
        )
    return out


def day_in_words(iso: str) -> str:
    """The day as people write it.

    >>> day_in_words("2026-05-26")
    '26 May 2026'
    """
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"
