"""The levels (HL) that a 271 and a 278 share: payer, requester, subscriber, dependent, and whose record it is.

Which level it is decides whose answer an answer is, so a level that is missing is looked for: by its HL02, which must
name a level above it, and by a name (NM1) that belongs to another level. Better an answer refused than one given to the
patient before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from claims.claim import Person
from claims.errors import UnreadableSegment
from claims.reading import Refusal
from claims.records import Rejection, Trace, Whose
from claims.wording import shown
from claims.x12.body import Body, Handler, Place, Record
from claims.x12.elements import BadElement, Elements, at, day, required
from claims.x12.parties import Party
from claims.x12.transactions import Heading

PAYER, REQUESTER, SUBSCRIBER, DEPENDENT, EVENT, SERVICE = "20", "21", "22", "23", "EV", "SS"  # HL03
_DEPTH = {PAYER: 0, REQUESTER: 1, SUBSCRIBER: 2, DEPENDENT: 3, EVENT: 4, SERVICE: 5}
LEVEL_WORDS = {
    PAYER: "payer", REQUESTER: "requester", SUBSCRIBER: "subscriber", DEPENDENT: "dependent", EVENT: "event",
    SERVICE: "service",
}  # fmt: skip
MOST = 10_000  # parts of one record that are kept: a file made to fill the memory is refused record by record
_OURS = "2"  # TRN01: a number of the one who asked
_NO_IDS = frozenset({"FI", "24", "34"})  # NM108: numbers of the tax office and of social security are no payer's id


class Named:
    """The subscriber or dependent of the level, while what is said of them comes in."""

    __slots__ = ("account_number", "group_number", "party", "record_number", "relationship")

    def __init__(self) -> None:
        self.party: Party | None = None
        self.record_number = self.account_number = self.group_number = self.relationship = ""

    @property
    def person(self) -> Person:
        """Who it is, as far as it was said."""
        return self.party.person() if self.party else Person()


class Draft:
    """A record while its segments still come in."""

    __slots__ = ("fault", "fields", "parts", "place", "rejections", "traces")

    def __init__(self, place: Place) -> None:
        self.place = place
        self.parts = 0
        self.fields: dict[str, Any] = {}
        self.rejections: list[Rejection] = []
        self.traces: list[Trace] = []
        self.fault: UnreadableSegment | None = None


class PatientLevels(Body[Record]):
    """Where in its levels a set is, and who was named in them. What stands in a level its own reader knows."""

    record_segment = "HL"
    levels: frozenset[str] = frozenset()
    level_of_name: Mapping[str, str] = {}  # NM101 of the party that names a level

    def __init__(self, heading: Heading, out: list[Record | Refusal], ordinal: int) -> None:
        super().__init__(heading, out, ordinal)
        self.level = ""  # "" where it cannot be told
        self.level_place: Place = (0, 0)
        self.named = False  # the level's own name has come
        self.dated: date | None = None
        self.purpose = self.reference = ""
        self.payer: Party | None = None
        self.requester: Party | None = None
        self.subscriber = Named()
        self.dependent: Named | None = None
        self._above: list[tuple[int, str | None]] = []  # depth and HL01 of the levels that are open
        self._orphans: dict[int, UnreadableSegment] = {}  # by depth: levels whose parent is not here

    def shared(self) -> dict[str, Handler]:
        """Which segment is read by which method here; a reader's own table comes beside it."""
        return {
            "BHT": self._bht, "HL": self._hl, "NM1": self._nm1, "DMG": self._dmg, "INS": self._ins, "AAA": self._aaa,
        }  # fmt: skip

    def begin_record(self, *, above: bool) -> Draft:
        """Open a record: of the level just entered, or, `above` those that hold records, of a rejection alone."""
        raise NotImplementedError

    def _bht(self, e: Elements) -> None:
        self.purpose, self.reference = at(e, 2), at(e, 3)
        self.dated = day(e, 4) if at(e, 4) else None

    # Levels

    def _hl(self, e: Elements) -> None:
        level = at(e, 3)
        if level in self.levels:
            self.enter(level, at(e, 1), at(e, 2))
        else:
            expected = f"one of {', '.join(sorted(self.levels))}"
            self.lose_level(BadElement("HL03", found=shown(level), expected=expected))

    def open_unreadable(self) -> None:
        """An HL of which nothing can be read: what follows stands in a level that cannot be told."""
        self.enter("")

    def lose_level(self, bad: BadElement) -> None:
        """Say that a level cannot be told."""
        self.state(self.located("HL", bad))
        self.enter("")

    def _unknown(self, e: Elements) -> None:
        if e[0].upper() == "HL":  # it is read, so that what it begins is not taken for what it ends
            self._hl(["HL", *e[1:]])
            raise BadElement("hl", found=repr(e[0]), expected="'HL': segment ids are in capital letters")
        super()._unknown(e)

    def enter(self, level: str, own: str | None = None, parent: str = "") -> None:
        """Begin a level: by its HL, or, where that is missing, by what only it can hold."""
        self.close()
        self.level, self.level_place, self.named, self._strayed = level, (self.number, self.offset), False, False
        self.place_level(level, own, parent)
        if level == PAYER:
            self.payer = self.requester = None
        elif level == REQUESTER:
            self.requester = None
        if level in (PAYER, REQUESTER, SUBSCRIBER):
            self.subscriber, self.dependent = Named(), None
        elif level == DEPENDENT:
            self.dependent = Named()

    def place_level(self, level: str, own: str | None, parent: str) -> None:
        """Note the level among those open, and whether the one it stands under is."""
        depth = _DEPTH.get(level)
        if depth is None:
            return
        self._above = [(d, n) for d, n in self._above if d < depth]
        self._orphans = {d: error for d, error in self._orphans.items() if d < depth}
        numbers = {n for _, n in self._above}
        if depth > _DEPTH[SUBSCRIBER] and parent and parent not in numbers and None not in numbers:
            expected = "the number (HL01) of a level above it"
            advice = "A level may be missing: get the file again from its sender."
            bad = BadElement("HL02", found=shown(parent), expected=expected, advice=advice)
            self._orphans[depth] = self.located("HL", bad)
        self._above.append((depth, own))

    @property
    def orphan(self) -> UnreadableSegment | None:
        """Why it cannot be told whose the level is, None when it can."""
        return next(iter(self._orphans.values()), None)

    # Names

    def _nm1(self, e: Elements) -> None:
        wanted = self.level_of_name.get(at(e, 1))
        if wanted and (wanted != self.level or self.named):
            if self.level:  # else its HL has been spoken of
                expected = f"an HL segment with HL03 {wanted} before it"
                bad = BadElement("", found=f"NM1*{at(e, 1)} out of place", expected=expected)
                self.state(self.located("NM1", bad))
            self.enter(wanted)
        if not self.named:
            self._name(Party(e), expected=wanted)

    def _name(self, party: Party, expected: str | None) -> None:
        if self.level == PAYER:
            self.payer = party
        elif self.level == REQUESTER:
            self.requester = party
        elif expected == self.level == SUBSCRIBER:
            self.subscriber.party = party
        elif expected == self.level == DEPENDENT and self.dependent is not None:
            self.dependent.party = party
        else:
            return
        self.named = True

    @property
    def patient(self) -> Named | None:
        """Whom the segments of the level speak of, None outside a patient's."""
        if self.level == SUBSCRIBER:
            return self.subscriber
        return self.dependent if self.level == DEPENDENT else None

    def repeated(self, text: str) -> list[str]:
        """The repetitions of an element."""
        mark = self.heading.delimiters.repetition
        return text.split(mark) if mark else [text]

    def note_reference(self, e: Elements) -> None:
        """A REF of the level of a patient."""
        patient, value = self.patient, at(e, 2)
        if patient is None or not value:
            return
        qualifier = at(e, 1)
        if qualifier == "EA":
            patient.record_number = value
        elif qualifier == "EJ":
            patient.account_number = value
        elif qualifier in ("6P", "1L"):  # a group's number counts before that of a group or policy
            patient.group_number = value if qualifier == "6P" else patient.group_number or value

    def _dmg(self, e: Elements) -> None:
        patient = self.patient
        if patient is not None and patient.party is not None:
            patient.party.dmg(e)

    def _ins(self, e: Elements) -> None:
        if self.patient is not None:
            self.patient.relationship = at(e, 2)

    def whose(self) -> Whose:
        """Whose record it is."""
        subscriber, patient = self.subscriber, self.dependent or self.subscriber
        own = patient is subscriber
        return Whose(
            person=patient.person,
            subscriber=subscriber.person,
            member_id=_member_id(subscriber.party) or _member_id(patient.party),
            group_number=patient.group_number or subscriber.group_number,
            record_number=patient.record_number,
            account_number=patient.account_number,
            relationship="18" if own else patient.relationship,
        )

    def payer_id(self) -> str:
        """The id the payer gives itself; a tax number is none."""
        party = self.payer
        return "" if party is None or party.id_qualifier in _NO_IDS else party.id

    def payer_name(self) -> str:
        """What the payer calls itself."""
        return self.payer.last_name if self.payer else ""

    def requester_npi(self) -> str:
        """The NPI of who asked."""
        party = self.requester
        return party.id if party is not None and party.id_qualifier == "XX" else ""

    # Traces and rejections

    def trace(self, e: Elements) -> Trace:
        """A TRN."""
        number = required(e, 2, "the number that was given to the request")
        return Trace(number, origin=at(e, 3), ours=at(e, 1) == _OURS)

    def _aaa(self, e: Elements) -> None:
        draft: Draft | None = self._claim
        if draft is None:
            if self.level in ("", SERVICE):
                self.out_of_place("AAA", "an HL segment that can be read before it")
                return
            draft = self.begin_record(above=True)
        self.add_part(draft)
        code = required(e, 3, "a reject reason code")
        rejection = Rejection(code, follow_up=at(e, 4), level=LEVEL_WORDS[self.level])
        self.rejections_of(draft).append(rejection)

    def rejections_of(self, draft: Draft) -> list[Rejection]:
        """Where a rejection of the level is kept."""
        return draft.rejections

    def add_part(self, draft: Draft) -> None:
        """Count what the record keeps; raises BadElement when that is more than any sender means."""
        draft.parts += 1
        if draft.parts > MOST:
            raise BadElement("", found=f"more than {MOST:,} parts in one record", expected="a record of fewer")

    # Faults and endings

    def blame(self, error: UnreadableSegment) -> None:
        """Hold a fault against the open record, or state it."""
        if self._claim is not None:
            self._claim.fault = self._claim.fault or error
        else:
            self.state(error)

    def refuse(self, draft: Draft, bad: BadElement, segment: str = "HL") -> None:
        """Hold a fault found at the end against the record, at the place where it began."""
        draft.fault = draft.fault or self.located(segment, bad, draft.place)

    def known_on(self) -> date | None:
        """The day the payer made the answer: that of its BHT, else of its group."""
        return self.dated or self.heading.group_day


def _member_id(party: Party | None) -> str:
    return "" if party is None or party.id_qualifier in _NO_IDS else party.id
