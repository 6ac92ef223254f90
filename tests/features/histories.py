"""Generated histories: claims of two patients to two payers, replacements, voids, answers, and what was noted."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from claims.reasons import Reason
from features import Decided, Event, Submitted
from features.replay import Noted
from tests.features.builders import CODES, a_claim, a_line, answered, noted, sent

START = date(2025, 1, 6)
SUBMISSIONS = st.fixed_dictionaries(
    {
        "sent_after": st.integers(0, 120),  # few days, so that many fall together
        "served_before": st.integers(0, 40),
        "codes": st.lists(st.sampled_from(sorted(CODES)), min_size=1, max_size=3),
        "payer": st.sampled_from(["ALPHA", "BETA"]),
        "patient": st.sampled_from(["p1", "p2"]),
        "claim_id": st.sampled_from(["A", "B"]),
        "frequency": st.sampled_from(["1", "1", "1", "7", "8"]),
        "batch": st.sampled_from(["x", "y"]),
        "number": st.sampled_from(["", "AUTH-1"]),
        "answers": st.lists(
            st.none() | st.tuples(st.integers(0, 60), st.none() | st.sampled_from(list(Reason)[:14])), max_size=3
        ),
    }
)

NOTES = st.tuples(
    st.integers(0, 140), st.sampled_from(["p1", "p2"]), st.sampled_from(["approved", "pending", "denied"]),
    st.none() | st.booleans(),
)  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Events by day; within a day in any order."""
    events: list[Event] = []
    for n, s in enumerate(draw(st.lists(SUBMISSIONS, max_size=9))):
        known_on = START + timedelta(s["sent_after"])
        day = known_on - timedelta(s["served_before"])
        claim = a_claim(
            *(a_line(code, i + 1, day) for i, code in enumerate(s["codes"])),
            payer=s["payer"], id=s["claim_id"], frequency=s["frequency"], authorization_number=s["number"],
        )  # fmt: skip
        event = sent(claim, known_on, f"s{n}", s["patient"], f"{s['batch']} {known_on}")
        events.append(event)
        for line, answer in enumerate(s["answers"][: len(claim.lines)]):
            if answer is not None:
                events.append(answered(event, answer[0], answer[1], line))
    for n, (after, patient, status, cover) in enumerate(draw(st.lists(NOTES, max_size=5)), 1):
        events.append(noted(n, START + timedelta(after), patient, status, cover=cover))
    shuffled = draw(st.permutations(events))
    return sorted(shuffled, key=lambda event: event.known_on)


def known_by(event: Submitted, events: list[Event]) -> list[Event]:
    """The event, the claims of its file, what was noted by its day, and what was known before it: all else is later."""
    return [
        other
        for other in events
        if other.known_on < event.known_on
        or other is event
        or (isinstance(other, Submitted) and other.batch == event.batch)
        or (isinstance(other, Noted) and other.known_on == event.known_on)
    ]


def decisions_of(events: list[Event]) -> list[Decided]:
    """The payers' answers among the events."""
    return [event for event in events if isinstance(event, Decided)]


def submissions_of(events: list[Event]) -> list[Submitted]:
    """The claims among the events."""
    return [event for event in events if isinstance(event, Submitted)]
