"""277CA (005010X214) to claim acknowledgments: a state machine over its levels (HL)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO

from claims.acknowledgment import ClaimAcknowledgment, LineStatus, Status, StatusCode
from claims.errors import UnreadableSegment
from claims.reading import Refusal
from claims.wording import shown
from claims.x12.body import Body, Handler, Place
from claims.x12.composites import codes_and_modifiers
from claims.x12.elements import BadElement, Elements, amount, at, day, days, optional_amount, required
from claims.x12.envelope import MakeBody, read
from claims.x12.transactions import CLAIM_ACKNOWLEDGMENT, Heading

_SOURCE, _RECEIVER, _PROVIDER, _PATIENT = "20", "21", "19", "PT"  # HL03
_LEVELS = frozenset({_SOURCE, _RECEIVER, _PROVIDER, _PATIENT})
_WHOLE = {_RECEIVER: "batch", _PROVIDER: "provider"}
_LEVEL_OF_NAME = {"41": _RECEIVER, "85": _PROVIDER, "QC": _PATIENT, "IL": _PATIENT}  # NM101: whose level it names
_REFERENCES = {"1K": "payer_control_number", "D9": "clearinghouse_number"}


def read_277ca(source: bytes | BinaryIO) -> Iterator[ClaimAcknowledgment | Refusal]:
    """What a 277CA says of each claim, in order, and what could not be read of it.

    A batch or provider that was rejected as a whole is one acknowledgment of that `level`; one that was accepted says
    nothing of its claims and is passed over. Streams; raises UnreadableFile on the first step when there is none.
    """
    make: MakeBody[ClaimAcknowledgment] = _Acknowledgments
    return read(source, CLAIM_ACKNOWLEDGMENT, make)


class _Draft:
    """A claim's acknowledgment while its segments still come in."""

    __slots__ = ("fault", "fields", "line", "lines", "place", "statuses")

    def __init__(self, claim_id: str, place: Place) -> None:
        self.place = place
        self.fields: dict[str, Any] = {"claim_id": claim_id}
        self.statuses: list[Status] = []
        self.lines: list[LineStatus] = []
        self.line: tuple[dict[str, Any], list[Status]] | None = None
        self.fault: UnreadableSegment | None = None


class _Acknowledgments(Body[ClaimAcknowledgment]):
    """The levels of one 277CA. A claim's acknowledgment begins at its TRN and ends at the next TRN, HL or SE."""

    record_segment = "TRN"
    guide = frozenset({"BHT", "HL", "NM1", "PER", "TRN", "DTP", "STC", "QTY", "AMT", "REF", "SVC"})

    def __init__(self, heading: Heading, out: list[ClaimAcknowledgment | Refusal], ordinal: int) -> None:
        super().__init__(heading, out, ordinal)
        self._level = ""  # "" where it cannot be told
        self._traced = False  # the level's TRN has come, so its name has gone by
        self._strayed = False
        self._dated: date | None = None
        self._source: dict[str, Any] = {}
        self._batch: dict[str, Any] = {}
        self._provider: dict[str, Any] = {}
        self._member = ""
        self._statuses: list[Status] = []  # of the receiver or provider
        self._claim: _Draft | None = None

    def table(self) -> dict[str, Handler]:
        return {
            "BHT": self._bht, "HL": self._hl, "NM1": self._nm1, "TRN": self._trn, "STC": self._stc, "REF": self._ref,
            "DTP": self._dtp, "SVC": self._svc,
        }  # fmt: skip

    def _bht(self, e: Elements) -> None:
        self._dated = day(e, 4) if at(e, 4) else None

    def _hl(self, e: Elements) -> None:
        level = at(e, 3)
        self._enter(level if level in _LEVELS else "")
        if not self._level:
            raise BadElement("HL03", found=shown(level), expected="20, 21, 19 or PT")

    def _too_long(self, e: Elements) -> None:
        if e[1] == "HL":
            self._enter("")
        super()._too_long(e)

    def _enter(self, level: str) -> None:
        self.close()
        self._level, self._member, self._traced, self._strayed = level, "", False, False
        if level == _SOURCE:
            self._source, self._batch, self._provider = {}, {}, {}
        elif level == _RECEIVER:
            self._batch, self._provider = {}, {}
        elif level == _PROVIDER:
            self._provider = {}

    def _nm1(self, e: Elements) -> None:
        role, identified = at(e, 1), at(e, 9)
        level = _LEVEL_OF_NAME.get(role)
        if level and (level != self._level or self._traced):
            if self._level:  # else its HL has been spoken of
                self._without_hl(role, level)
            self._enter(level)
        if self._level == _SOURCE:
            self._source |= {"source_kind": role, "source_name": at(e, 3), "source_id": identified}
        elif self._level == _PROVIDER and role == "85":
            self._provider["provider_npi" if at(e, 8) == "XX" else "provider_tax_id"] = identified
        elif self._level == _PATIENT and level == _PATIENT:
            self._member = identified or self._member

    def _without_hl(self, role: str, level: str) -> None:
        """Say that a level begins without its HL: what is said next must not be taken for the level before."""
        bad = BadElement("", found=f"NM1*{role} out of place", expected=f"an HL segment with HL03 {level} before it")
        self.state(self.located("NM1", bad))

    def _trn(self, e: Elements) -> None:
        if self._level in (_PATIENT, ""):
            self._open(at(e, 2))
            required(e, 2, "the claim number the provider gave (CLM01)")
        elif self._level == _RECEIVER:
            self._batch["batch_reference"] = at(e, 2)
        self._traced = True

    def _open(self, claim_id: str) -> _Draft:
        self.close()
        self.ordinal += 1
        self._claim = draft = _Draft(claim_id, (self.number, self.offset))
        self._traced, self._strayed = True, False
        if not self._level:
            bad = BadElement("", found="a claim in a level that cannot be told", expected="an HL segment with HL03 PT")
            draft.fault = self.located("TRN", bad)
        return draft

    def open_unreadable(self) -> None:
        if self._level in (_PATIENT, ""):
            self._open("")

    def _stc(self, e: Elements) -> None:
        status = Status(
            codes=tuple(code for i in (1, 10, 11) if (code := self._code(e, i))),
            effective_on=day(e, 2) if at(e, 2) else None,
            action=at(e, 3),
            amount=optional_amount(e, 4),
        )
        if not status.codes:
            raise BadElement("STC01-1", found="nothing", expected="a claim status category code")
        if self._level in _WHOLE:
            self._statuses.append(status)
        elif (claim := self._current("STC")) is not None:
            (claim.line[1] if claim.line else claim.statuses).append(status)

    def _code(self, e: Elements, i: int) -> StatusCode | None:
        category, status, entity, *_ = [*self.composite(e, i), "", "", ""]
        return StatusCode(category, status, entity) if category else None

    def _current(self, segment: str) -> _Draft | None:
        """The open claim; None where there is none, which is said once for a run of such segments."""
        if self._claim is None and not self._strayed:
            self._strayed = True
            expected = "a TRN segment with the claim number before it"
            self.state(self.located(segment, BadElement("", found=f"{segment} out of place", expected=expected)))
        return self._claim

    def _ref(self, e: Elements) -> None:
        if self._claim is None:
            return
        qualifier = at(e, 1)
        if self._claim.line is not None:
            if qualifier == "FJ":
                self._claim.line[0]["control_number"] = at(e, 2)
        elif qualifier in _REFERENCES:
            self._claim.fields[_REFERENCES[qualifier]] = at(e, 2)

    def _dtp(self, e: Elements) -> None:
        if self._level == _SOURCE and at(e, 1) == "050":
            self._source["received_on"] = days(e, 3)[0]
        elif self._claim is not None and at(e, 1) == "472":
            fields = self._claim.line[0] if self._claim.line else self._claim.fields
            fields["service_from"], fields["service_to"] = days(e, 3)

    def _svc(self, e: Elements) -> None:
        claim = self._current("SVC")
        if claim is None:
            return
        self._finish_line()
        code, modifiers = codes_and_modifiers(self.component)[at(e, 1)]
        charge = amount(e, 2) if at(e, 2) else None
        claim.line = {"code": code, "modifiers": modifiers, "charge": charge}, []

    def _finish_line(self) -> None:
        if self._claim is not None and self._claim.line is not None:
            fields, statuses = self._claim.line
            self._claim.lines.append(LineStatus(**fields, statuses=tuple(statuses)))
            self._claim.line = None

    # Faults and endings

    def blame(self, error: UnreadableSegment) -> None:
        if self._claim is not None:
            self._claim.fault = self._claim.fault or error
        else:
            self.state(error)

    def close(self) -> None:
        if self._level in _WHOLE and any(status.rejects for status in self._statuses):
            self.out.append(self._built("", self._statuses, level=_WHOLE[self._level]))
        self._statuses = []
        claim = self._claim
        if claim is None:
            return
        self._finish_line()
        self._claim = None
        if claim.fault is None and not claim.statuses and not claim.lines:
            bad = BadElement("STC", found="no status", expected="an STC segment for the claim")
            claim.fault = self.located("TRN", bad, claim.place)
        if claim.fault is not None:
            self.out.append(Refusal(claim.fault, claims_lost=1, claim_id=claim.fields["claim_id"]))
        else:
            about = {**claim.fields, "member_id": self._member, "lines": tuple(claim.lines)}
            self.out.append(self._built(about.pop("claim_id"), claim.statuses, **about))

    def _built(self, claim_id: str, statuses: list[Status], **about: Any) -> ClaimAcknowledgment:
        group_day = self.heading.group_day
        known_on = max(self._dated, group_day) if self._dated and group_day else self._dated or group_day
        return ClaimAcknowledgment(
            claim_id=claim_id,
            statuses=tuple(statuses),
            **self._source,
            **self._batch,
            **self._provider,
            **about,
            known_on=known_on,
            origin=self.origin(known_on),
        )
