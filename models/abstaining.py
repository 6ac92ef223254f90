"""When a risk is not to be relied on yet, and why, in words with the numbers behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.card import ModelCard
from models.encoding import LEAST_ROWS_OF_A_WORD

# Without these a line is not the like of any the model learned from; other words it never met are told of the claim.
NAMED = {"procedure_code": "code", "payer_id": "payer"}


@dataclass(frozen=True, slots=True)
class OwnDecisions:
    """How many lines of this practice payers have decided: all payers, and the claim's payer.

    `tests` are decisions of test interchanges (ISA15 = T), which are in neither count.
    """

    practice: int
    payer: int
    tests: int = 0


def abstentions(card: ModelCard, own: OwnDecisions | None) -> tuple[str, ...]:
    """Why the model should not be relied on for this practice and payer yet; empty when it may be."""
    why = []
    if card.simulated and (own is None or own.practice < card.min_decisions):
        had = "no store of your own decisions" if own is None else f"{own.practice} of your own decisions"
        why.append(
            f"this model was fitted on simulated claims and has {had} to go by; it needs {card.min_decisions}. "
            "Ingest your own 837 and 835 files, then train."
        )
    if own is not None and own.payer < card.min_payer_decisions:
        why.append(
            f"this payer has decided {own.payer} of your lines; the model needs {card.min_payer_decisions} "
            "to speak of it."
        )
    if why and own is not None and own.tests:
        why[-1] += f" {own.tests} decisions of test interchanges (ISA15 = T) do not count."
    return tuple(why)


def line_abstentions(
    card: ModelCard, *, unseen: Mapping[str, str], decided: int | None, what: str, tests: int = 0
) -> tuple[str, ...]:
    """Why the risk of one line should not be relied on yet; empty when it may be.

    `unseen` are the line's words that training never met, by column. `decided` counts the lines of `what` (the line's
    family, or its code) this payer has decided, without `tests`; None where there is no store to count in.
    """
    why = [
        f"{NAMED[column]} {word} was never seen in training, or on fewer than {LEAST_ROWS_OF_A_WORD} lines: too few to "
        "learn from."
        for column, word in unseen.items()
        if column in NAMED
    ]
    if decided is not None and decided < card.min_family_decisions:
        said = f"{decided} decision{'' if decided == 1 else 's'} from this payer on {what}"
        apart = f" ({tests} of test interchanges do not count)" if tests else ""
        why.append(f"{said}{apart}; {card.min_family_decisions} are needed.")
    return tuple(why)
