"""271 responses (005010X279A1) to eligibility records: a state machine over its levels (HL).

A record is a patient who was answered about: a dependent, or a subscriber who is not only the holder of a dependent's
cover. A question that was rejected above any patient (AAA in the level of the payer or requester) is a record too, one
without an answer. What the EB segments mean is in `benefits`.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import BinaryIO

from claims.reading import Refusal
from claims.records import EligibilityRecord
from claims.x12.benefits import DATES, LIMITATION, Benefit, Party, answers_of, approvals_of, plan_of
from claims.x12.body import Handler, Place
from claims.x12.decisions import Span
from claims.x12.elements import BadElement, Elements, at, days, optional_amount, required
from claims.x12.envelope import MakeBody, read
from claims.x12.patient_levels import DEPENDENT, PAYER, REQUESTER, SUBSCRIBER, Draft, PatientLevels
from claims.x12.transactions import ELIGIBILITY, Heading

_PATIENTS = frozenset({SUBSCRIBER, DEPENDENT})
_PAYERS = frozenset({"PR", "PRP", "SEP", "TTP"})  # NM101 of a payer beside the one that answers
_PROCEDURES = frozenset({"HC", "CJ"})  # EB13-1: HCPCS, CPT
_REMAINING = "29"  # EB06, HSD05


def read_271(source: bytes | BinaryIO) -> Iterator[EligibilityRecord | Refusal]:
    """The answers of a 271, one record for each patient, and what could not be read of it.

    Streams; raises UnreadableFile on the first step when the source holds no 271.
    """
    make: MakeBody[EligibilityRecord] = _Answers
    return read(source, ELIGIBILITY, make)


class _Answer(Draft):
    """A patient's answer, or, with `patient` False, a question that was rejected above one."""

    __slots__ = ("benefits", "dates", "held", "patient")

    def __init__(self, place: Place, *, patient: bool) -> None:
        super().__init__(place)
        self.patient = patient
        self.held = False  # this level only holds the cover of the dependent below it
        self.dates: dict[str, Span] = {}
        self.benefits: list[Benefit] = []

    @property
    def says_nothing(self) -> bool:
        """True while there is neither a benefit nor a rejection."""
        return not self.benefits and not self.rejections


class _Answers(PatientLevels[EligibilityRecord]):
    """The levels of one 271."""

    levels = frozenset({PAYER, REQUESTER, SUBSCRIBER, DEPENDENT})
    level_of_name = MappingProxyType({"IL": SUBSCRIBER, "03": DEPENDENT})
    guide = frozenset(
        {
            "BHT", "HL", "AAA", "NM1", "PER", "REF", "N3", "N4", "PRV", "TRN", "DMG", "INS", "HI", "DTP", "MPI", "EB",
            "HSD", "MSG", "III", "LS", "LE",
        }
    )  # fmt: skip

    def __init__(self, heading: Heading, out: list[EligibilityRecord | Refusal], ordinal: int) -> None:
        super().__init__(heading, out, ordinal)
        self._answer: _Answer | None = None
        self._inside = False  # between LS and LE

    def table(self) -> dict[str, Handler]:
        return {
            **self.shared(), "NM1": self._party, "TRN": self._trn, "REF": self._ref, "DTP": self._dtp, "EB": self._eb,
            "HSD": self._hsd, "III": self._iii, "LS": self._ls, "LE": self._le,
        }  # fmt: skip

    # Levels

    def enter(self, level: str, own: str | None = None, parent: str = "") -> None:
        if self._answer is not None and level == DEPENDENT and self.level == SUBSCRIBER:
            self._answer.held = True
        self._inside = False
        super().enter(level, own, parent)
        if level in _PATIENTS:
            self.begin_record(above=False)

    def begin_record(self, *, above: bool) -> _Answer:
        self._answer = self._claim = answer = _Answer((self.number, self.offset), patient=not above)
        if not above:
            answer.fault = self.orphan
        return answer

    def _benefit(self) -> Benefit | None:
        """The latest EB of the level."""
        return self._answer.benefits[-1] if self._answer is not None and self._answer.benefits else None

    # Segments

    def _party(self, e: Elements) -> None:
        benefit = self._benefit()
        if benefit is None or (at(e, 1) in self.level_of_name and not self._inside):
            self._nm1(e)
        elif at(e, 1) in _PAYERS and at(e, 2) == "2":
            self.add_part(self._claim)
            benefit.parties.append(Party(at(e, 1), at(e, 9), at(e, 3)))

    def _trn(self, e: Elements) -> None:
        answer = self._answer
        if answer is None or not answer.patient:
            return
        if not answer.says_nothing:  # it belongs to the level of the next patient
            bad = BadElement("", found="TRN out of place", expected="an HL segment before it")
            self.state(self.located("TRN", bad))
            self.enter("")
            return
        self.add_part(answer)
        answer.traces.append(self.trace(e))

    def _ref(self, e: Elements) -> None:
        if self._benefit() is None:
            self.note_reference(e)

    def _dtp(self, e: Elements) -> None:
        if self._answer is None or at(e, 1) not in DATES:
            return
        benefit = self._benefit()
        (benefit.dates if benefit else self._answer.dates)[at(e, 1)] = days(e, 3)

    def _eb(self, e: Elements) -> None:
        answer, self._inside = self._answer, False
        if answer is None or not answer.patient:
            self.out_of_place("EB", f"an HL segment with HL03 {SUBSCRIBER} or {DEPENDENT} before it")
            return
        self.add_part(answer)
        benefit = Benefit(at(e, 1))
        answer.benefits.append(benefit)  # first of all: what follows is of this one, even where it cannot be read
        required(e, 1, "what the segment says (such as 1, active coverage)")
        procedure = [*self.composite(e, 13), *[""] * 8]
        benefit.types = tuple(kind for kind in self.repeated(at(e, 3)) if kind)
        benefit.insurance, benefit.plan, benefit.left = at(e, 4), at(e, 5), at(e, 6) == _REMAINING
        benefit.approval, benefit.network = at(e, 11), at(e, 12)
        if procedure[0] in _PROCEDURES:
            benefit.code, benefit.last_code = procedure[1], procedure[7]
        elif procedure[0]:
            benefit.in_part = True  # about something that has no code of ours
        if benefit.info == LIMITATION and benefit.left:  # only what is used is read: a slip elsewhere costs nothing
            benefit.amount = optional_amount(e, 7)
            benefit.quantity_kind, benefit.quantity = at(e, 9), optional_amount(e, 10)

    def _hsd(self, e: Elements) -> None:
        """How many are left, where the EB itself gives no count."""
        benefit = self._benefit()
        if benefit is None or benefit.info != LIMITATION or benefit.quantity is not None:
            return
        if at(e, 5) == _REMAINING and at(e, 2):
            benefit.left, benefit.quantity_kind = True, at(e, 1)
            benefit.quantity = optional_amount(e, 2)

    def _iii(self, e: Elements) -> None:
        benefit = self._benefit()
        if benefit is not None and at(e, 2):
            benefit.in_part = True

    def _ls(self, _e: Elements) -> None:
        self._inside = self._benefit() is not None

    def _le(self, _e: Elements) -> None:
        self._inside = False

    # Endings

    def close(self) -> None:
        answer, self._answer = self._answer, None
        self._claim = None
        if answer is None:
            return
        if answer.held and answer.says_nothing:
            if answer.fault is not None:
                self.state(answer.fault)
            return
        self.ordinal += 1
        if answer.says_nothing and answer.fault is None:
            expected = "an EB segment with the answer, or an AAA with a reason"
            self.refuse(answer, BadElement("EB", found="no answer", expected=expected))
        self.out.append(Refusal(answer.fault, claims_lost=1) if answer.fault else self._record(answer))

    def _record(self, answer: _Answer) -> EligibilityRecord:
        known_on, benefits = self.known_on(), answer.benefits
        answers = answers_of(benefits, answer.dates, self.payer_id(), known_on) if benefits else ()
        return EligibilityRecord(
            answers=answers,
            whose=self.whose(),
            request_reference=self.reference,
            traces=tuple(answer.traces),
            payer_name=self.payer_name(),
            plan_name=plan_of(benefits),
            requester_npi=self.requester_npi(),
            approvals=approvals_of(benefits),
            statements=len(benefits),
            rejections=tuple(answer.rejections),
            known_on=known_on,
            place=f"segment {answer.place[0]}",
            origin=self.origin(known_on, batch=self.reference),
        )
