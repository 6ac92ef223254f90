"""278 responses (005010X217) to authorization records: a state machine over its levels (HL).

A record is a patient event (HL03 = EV) with its services (SS). A request that was rejected before any event (AAA in the
level of the payer, requester or patient) is a record too, one without a decision. What the levels have in common with
a 271 is in `patient_levels`; what a decision becomes, in `decisions`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from types import MappingProxyType
from typing import BinaryIO

from claims.claim import Diagnosis
from claims.deciding import authorizations_of, side_of
from claims.reading import Refusal
from claims.records import AuthorizationRecord, Rejection
from claims.x12.body import Handler, Place
from claims.x12.composites import diagnoses
from claims.x12.decisions import Decided, Span, authorization_of_event, settled
from claims.x12.elements import BadElement, Elements, at, days, optional_amount, required
from claims.x12.envelope import MakeBody, read
from claims.x12.patient_levels import DEPENDENT, EVENT, PAYER, REQUESTER, SERVICE, SUBSCRIBER, Draft, PatientLevels
from claims.x12.transactions import AUTHORIZATION, Heading

_RESPONSE = "11"  # BHT02
_CLINICIANS = frozenset(
    {"SJ", "71", "72", "82"}
)  # NM101 of who is to do it: the service provider, attending, operating
_DATES = frozenset({"AAH", "472", "007", "036", "102"})  # DTP01
_COMPOSITE = {"SV1": 1, "SV2": 2, "SV3": 1}  # which element is the procedure
_QUANTITY = {"SV1": (3, 4), "SV2": (4, 5), "SV3": (0, 6)}  # its unit, and how many


def read_278(source: bytes | BinaryIO) -> Iterator[AuthorizationRecord | Refusal]:
    """The decisions of a 278 response, one record for each patient event, and what could not be read of it.

    Streams; raises UnreadableFile on the first step when the source holds no 278.
    """
    make: MakeBody[AuthorizationRecord] = _Reviews
    return read(source, AUTHORIZATION, make)


class _Event(Draft):
    """A patient event, or, with `event` False, a request that was rejected before one."""

    __slots__ = ("decided", "diagnoses", "event", "services")

    def __init__(self, place: Place, *, event: bool) -> None:
        super().__init__(place)
        self.event = event
        self.decided = Decided()
        self.services: list[Decided] = []
        self.diagnoses: list[Diagnosis] = []


class _Reviews(PatientLevels[AuthorizationRecord]):
    """The levels of one 278. An event begins at its HL and ends at the next that is not one of its services."""

    levels = frozenset({PAYER, REQUESTER, SUBSCRIBER, DEPENDENT, EVENT, SERVICE})
    level_of_name = MappingProxyType({"X3": PAYER, "IL": SUBSCRIBER, "QC": DEPENDENT})
    guide = frozenset(
        {
            "BHT", "HL", "TRN", "AAA", "UM", "HCR", "REF", "DTP", "HI", "HSD", "CL1", "CR1", "CR2", "CR5", "CR6", "CRC",
            "PWK", "MSG", "NM1", "N3", "N4", "PER", "PRV", "DMG", "INS", "SV1", "SV2", "SV3", "TOO",
        }
    )  # fmt: skip

    def __init__(self, heading: Heading, out: list[AuthorizationRecord | Refusal], ordinal: int) -> None:
        super().__init__(heading, out, ordinal)
        self._event: _Event | None = None

    def table(self) -> dict[str, Handler]:
        return {
            **self.shared(), "NM1": self._party, "TRN": self._trn, "UM": self._um, "HCR": self._hcr, "REF": self._ref,
            "DTP": self._dtp, "HI": self._hi, "HSD": self._hsd, "SV1": self._sv, "SV2": self._sv, "SV3": self._sv,
        }  # fmt: skip

    # Levels

    def enter(self, level: str, own: str | None = None, parent: str = "") -> None:
        if level == SERVICE and self._event is not None and self._event.event:
            self.level, self._strayed = level, False
            self.place_level(level, own, parent)
            self._service()
            return
        super().enter(level, own, parent)
        if level == EVENT:
            self.begin_record(above=False)
        elif level == SERVICE:
            self.out_of_place("HL", f"an HL segment with HL03 {EVENT} before it")

    def begin_record(self, *, above: bool) -> _Event:
        self.ordinal += 1
        self._event = self._claim = event = _Event((self.number, self.offset), event=not above)
        if not above:
            event.fault = self.orphan
        return event

    def _service(self) -> None:
        event = self._event
        assert event is not None
        event.services.append(Decided())
        event.fault = event.fault or self.orphan
        self.add_part(event)

    def lose_level(self, bad: BadElement) -> None:
        if self._event is not None and self._event.event:  # a service of it may begin here: it is not whole
            self.blame(self.located("HL", bad))
            self.enter("")
        else:
            super().lose_level(bad)

    def open_unreadable(self) -> None:
        if self._event is not None and self._event.event:
            self.blame(self.located("HL", BadElement("", found="an HL segment of which nothing can be read",
                                                     expected="the level that begins here")))  # fmt: skip
        super().open_unreadable()

    def _here(self, segment: str) -> Decided | None:
        """What the segment speaks of: the open service, else the event; None, and said once, where there is neither."""
        event = self._event
        if event is None or not event.event or self.level not in (EVENT, SERVICE):
            self.out_of_place(segment, f"an HL segment with HL03 {EVENT} or {SERVICE} before it")
            return None
        return event.services[-1] if self.level == SERVICE else event.decided

    def _once(self, here: Decided, segment: str) -> None:
        """A second segment of a kind a level has once: the HL between them may be missing."""
        if segment in here.seen:
            expected = f"one {segment} in a level"
            advice = "An HL segment may be missing before it: get the file again from its sender."
            raise BadElement("", found=f"{segment} a second time", expected=expected, advice=advice)
        here.seen.add(segment)

    # Segments

    def _party(self, e: Elements) -> None:
        if self.level in (EVENT, SERVICE) and at(e, 1) not in self.level_of_name:
            here = self._here("NM1")
            if here is not None and at(e, 1) in _CLINICIANS and at(e, 8) == "XX":
                self.add_part(self._claim)
                here.npis.append(at(e, 9))
        else:
            self._nm1(e)

    def _trn(self, e: Elements) -> None:
        if self.level in (EVENT, SERVICE) and (here := self._here("TRN")) is not None:
            trace = self.trace(e)
            self.add_part(self._claim)
            if self.level == SERVICE:
                here.fields.setdefault("trace", trace.number)
            else:
                self._claim.traces.append(trace)

    def _um(self, e: Elements) -> None:
        here = self._here("UM")
        if here is None:
            return
        self._once(here, "UM")
        place, kind, *_ = [*self.composite(e, 4), ""]
        here.fields["service_type"] = at(e, 3)
        here.fields["place"] = place if kind == "B" or (not kind and len(place) == 2) else ""
        if self.level == EVENT:
            self._claim.fields |= {"category": at(e, 1), "request_kind": at(e, 2)}

    def _hcr(self, e: Elements) -> None:
        here = self._here("HCR")
        if here is None:
            return
        self._once(here, "HCR")
        here.action = required(e, 1, "A1, A2, A3, A4, A6, C, CT or NA")
        here.number = at(e, 2)
        here.reasons = tuple(reason for reason in self.repeated(at(e, 3)) if reason)

    def _ref(self, e: Elements) -> None:
        if self.level not in (EVENT, SERVICE):
            self.note_reference(e)
        elif self.level == EVENT and self._event is not None:
            if at(e, 1) == "BB":
                self._event.fields["previous_number"] = at(e, 2)
            elif at(e, 1) == "NT":
                self._event.fields["administrative_reference"] = at(e, 2)

    def _dtp(self, e: Elements) -> None:
        if self.level in (EVENT, SERVICE) and at(e, 1) in _DATES:
            here = self._here("DTP")
            if here is not None:
                here.dates[at(e, 1)] = days(e, 3)

    def _hi(self, e: Elements) -> None:
        if self.level != EVENT or self._event is None:
            return
        for i in range(1, len(e)):
            found = diagnoses(self.component)[e[i]] if e[i] else None
            if found is not None:
                self.add_part(self._event)
                self._event.diagnoses.append(found[0])

    def _hsd(self, e: Elements) -> None:
        here = self._here("HSD")
        if here is not None and "quantity" not in here.fields:
            here.fields |= {"quantity_unit": at(e, 1), "quantity": optional_amount(e, 2)}

    def _sv(self, e: Elements) -> None:
        if self.level != SERVICE:
            self.out_of_place(e[0], f"an HL segment with HL03 {SERVICE} before it")
            return
        here = self._here(e[0])
        if here is None:
            return
        self._once(here, "SV")
        parts = [*self.composite(e, _COMPOSITE[e[0]]), *[""] * 8]
        modifiers = tuple(m for m in parts[2:6] if m)
        unit, many = _QUANTITY[e[0]]
        here.fields |= {
            "code": parts[1], "modifiers": modifiers, "last_code": parts[7], "side": side_of(modifiers),
        }  # fmt: skip
        units: Decimal | None = optional_amount(e, many)
        here.units = units if at(e, unit) == "UN" or not unit else None

    def rejections_of(self, draft: Draft) -> list[Rejection]:
        if self.level == SERVICE and self._event is not None and self._event.services:
            return self._event.services[-1].rejections
        return draft.rejections

    # Endings

    def close(self) -> None:
        event, self._event = self._event, None
        self._claim = None
        if event is None:
            return
        told = [event.decided, *event.services]
        if not any(one.action or one.rejections for one in told) and not event.rejections and event.fault is None:
            self.refuse(event, self._undecided())
        self.out.append(Refusal(event.fault, claims_lost=1) if event.fault else self._record(event))

    def _undecided(self) -> BadElement:
        expected = "an HCR segment with the decision, or an AAA with a reason"
        advice = ""
        if self.purpose and self.purpose != _RESPONSE:
            advice = "This is what the practice asked (a request): give the file the payer answered with."
        return BadElement("HCR", found="no decision", expected=expected, advice=advice)

    def _record(self, event: _Event) -> AuthorizationRecord:
        decided, known_on = event.decided, self.known_on()
        services = settled(decided, event.services, known_on)
        event_days: Span = decided.dates.get("AAH", (None, None))
        fields = decided.fields
        return AuthorizationRecord(
            authorizations=(
                authorizations_of(services, self.payer_id())
                if services
                else authorization_of_event(decided, self.payer_id(), known_on)
            ),
            whose=self.whose(),
            action=decided.action,
            reasons=decided.reasons,
            services=services,
            request_reference=self.reference,
            traces=tuple(event.traces),
            **event.fields,
            service_type=fields.get("service_type", ""),
            quantity=fields.get("quantity"),
            quantity_unit=fields.get("quantity_unit", ""),
            diagnoses=tuple(event.diagnoses),
            event_from=event_days[0],
            event_to=event_days[1],
            payer_name=self.payer_name(),
            requester_npi=self.requester_npi(),
            rejections=tuple(event.rejections),
            known_on=known_on,
            place=f"segment {event.place[0]}",
            origin=self.origin(known_on, batch=self.reference),
        )
