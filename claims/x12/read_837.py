"""837P (005010X222A1) to claims: a state machine over its loops.

What a segment means depends on all that came before it: that is told here, and is one machine. What is taken of a
segment is told where it goes to: levels, claims and lines, other payers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from claims.claim import Carried, Claim, Line
from claims.errors import UnreadableSegment
from claims.reading import Refusal
from claims.wording import shown
from claims.x12.body import Body, Handler
from claims.x12.carrying import carried
from claims.x12.composites import Composites
from claims.x12.elements import BadElement, Elements, at, date_of, whole_number
from claims.x12.envelope import read
from claims.x12.parties import NOTHING, PART, WHOLE, Party
from claims.x12.read_837_drafts import (
    CLAIM_PARTIES,
    CLAIM_REFERENCES,
    LINE_PARTIES,
    LINE_REFERENCES,
    ClaimDraft,
    Draft,
    Known,
    LineDraft,
)
from claims.x12.read_837_levels import (
    ABOVE,
    BILLING,
    LEVEL_LOOPS,
    PARTY_LOOPS,
    PATIENT,
    SUBSCRIBER,
    Level,
    Levels,
    Shared,
    misplaced,
    shared,
)
from claims.x12.read_837_other_payers import LineAdjudicationDraft, OtherPayerDraft
from claims.x12.transactions import PROFESSIONAL_CLAIM, Heading

_LOOP_OF_SUBMITTER = {"41": "1000A", "40": "1000B"}
_NO_CLAIM = "a CLM segment before it"
# Every segment id of 005010X222A1 between ST and SE
GUIDE = frozenset(
    (
        "BHT", "NM1", "PER", "HL", "PRV", "CUR", "N2", "N3", "N4", "REF", "SBR", "PAT", "DMG", "CLM", "DTP", "PWK",
        "CN1", "AMT", "K3", "NTE", "CR1", "CR2", "CR3", "CRC", "HI", "HCP", "CAS", "OI", "MOA", "LX", "SV1", "SV5",
        "QTY", "MEA", "PS1", "LIN", "CTP", "SVD", "LQ", "FRM",
    )
)  # fmt: skip


def read_837(source: bytes | BinaryIO) -> Iterator[Claim | Refusal]:
    """The professional claims of an X12 file, in order, and what could not be read of it.

    Streams: memory does not grow with the file. A claim with anything unreadable in it is one Refusal and its
    neighbours still come; faults that cost no claim (counts, control numbers) are Refusals with `claims_lost` 0. Guide
    numbers 005010X222 and 005010X222A2 are read like 005010X222A1, and stated. Raises UnreadableFile on the first step
    when the source holds no professional claims at all.
    """
    return read(source, PROFESSIONAL_CLAIM, _Claims)


class _Claims(Body[Claim]):
    """The loops of one 837P transaction set.

    A claim is complete at the next CLM, HL or SE. What is wrong above it (subscriber, billing provider) is wrong with
    every claim beneath it.
    """

    record_segment = "CLM"
    guide = GUIDE

    def __init__(self, heading: Heading, out: list[Claim | Refusal], ordinal: int) -> None:
        super().__init__(heading, out, ordinal)
        self._composites = Composites(self.component)
        self._day, self._purpose, self._batch = heading.group_day, "", ""
        self._before: list[Carried] = []  # what stands before the first HL
        self._header: tuple[Carried, ...] | None = None
        self._levels: Levels = {}
        self._level = ""  # HL03 of the latest HL; "" before the first
        self._shared: Shared | None = None  # what all claims of the level share, once built
        self._claim: ClaimDraft | None = None
        self._line: LineDraft | None = None
        self._other: OtherPayerDraft | None = None  # 2320, 2330: another payer's view of the claim
        self._decision: LineAdjudicationDraft | None = None  # 2430: what it decided on the line
        self._owner: Party | None = None  # whom N3, N4, PRV, DMG and REF speak of
        self._extra, self._loop = self._before, "0000"

    def table(self) -> dict[str, Handler]:
        return {
            "BHT": self._bht, "HL": self._hl, "SBR": self._sbr, "PAT": self._pat, "NM1": self._nm1, "N3": self._n3,
            "N4": self._n4, "PRV": self._prv, "DMG": self._dmg, "REF": self._ref, "CLM": self._clm, "HI": self._hi,
            "DTP": self._dtp, "AMT": self._amt, "NTE": self._nte, "LX": self._lx, "SV1": self._sv1, "LIN": self._lin,
            "CTP": self._ctp, "PWK": self._pwk, "CAS": self._cas, "OI": self._oi, "MOA": self._moa, "SVD": self._svd,
            "LQ": self._lq,
        }  # fmt: skip

    def _rest(self, e: Elements, taken: int) -> None:
        """Carry what was not taken of a segment."""
        if taken != WHOLE:
            self.carry(e, partial=taken == PART)

    def _softly(self, e: Elements, take: Callable[[Elements, int], int] | None) -> None:
        """Offer the segment to what another payer decided; what it does not take or cannot read is carried."""
        try:
            taken = take(e, self.number) if take is not None else NOTHING
        except BadElement:
            taken = NOTHING
        self._rest(e, taken)

    # Header and hierarchy

    def _bht(self, e: Elements) -> None:
        self.carry(e)
        self._purpose, self._batch = at(e, 6), at(e, 3)
        if day := date_of(at(e, 4)):
            self._day = day
        else:
            expected = "the day the file was made, as CCYYMMDD"
            raise BadElement("BHT04", found=shown(at(e, 4)), expected=expected, advice="GS04 was taken instead.")

    def _hl(self, e: Elements) -> None:
        self.close()
        if self._header is None:
            self._header = tuple(self._before)
        self._strayed, self._shared, self._owner = False, None, None
        code = self._level = e[3] if len(e) > 3 else ""
        self._extra = None
        if code not in ABOVE:
            self._levels = {}
            expected = "20 (billing provider), 22 (subscriber) or 23 (patient)"
            raise BadElement("HL03", found=shown(code), expected=expected)
        levels, number, parent = self._levels, e[1], e[2]
        used = False
        for level in levels.values():
            used = used or level.number == number
        if code == BILLING:
            levels.clear()
        elif code == SUBSCRIBER:
            levels.pop(PATIENT, None)
        levels[code] = level = Level(number, {f"HL*{code}": self.number})
        self._extra, self._loop, self._role = level.extra, LEVEL_LOOPS[code], ""
        holder = levels.get(ABOVE[code])
        if used or (parent != holder.number if holder else ABOVE[code]):
            for bad in misplaced(levels, code, number, parent, used=used):
                self.state(self.located("HL", bad))

    def _sbr(self, e: Elements) -> None:
        if self._claim is not None:
            self._finish_line()
            self._finish_other_payer()
            self._other, self._owner = OtherPayerDraft(e, self.number), None
            self._extra, self._loop, self._role = self._other.extra, "2320", ""
            if any(e[6:9]) or len(e) > 10:
                self.carry(e, partial=True)
        elif self._level == SUBSCRIBER and not self._levels[SUBSCRIBER].sbr:
            level = self._levels[SUBSCRIBER]
            level.sbr = e
            level.segments["SBR"] = self.number
        else:
            self.carry(e)

    def _pat(self, e: Elements) -> None:
        here = self._level == PATIENT and self._claim is None
        self._rest(e, self._levels[PATIENT].pat(e, self.number) if here else NOTHING)

    # Parties

    def _nm1(self, e: Elements) -> None:
        self._owner = None
        self._role = role = e[1] if len(e) > 1 else ""
        if self._line is not None:
            if self._decision is not None:
                self._finish_decision()
            self._loop = "2420"
            self._own(self._line, LINE_PARTIES, e)
        elif self._other is not None:
            self._loop = "2330"
            self._owner, taken = self._other.nm1(role, e, self.number)
            self._rest(e, taken)
        elif self._claim is not None:
            self._loop = "2310"
            self._own(self._claim, CLAIM_PARTIES, e)
        elif level := self._levels.get(self._level):
            self._loop = PARTY_LOOPS.get(role) or LEVEL_LOOPS[self._level].replace("2000", "2010")
            self._owner, taken = level.nm1(role, e, self.number)
            if taken != WHOLE:
                self._rest(e, taken)
        else:
            self._loop = _LOOP_OF_SUBMITTER.get(role, "1000")
            self.carry(e)

    def _own(self, draft: Draft, known: Known, e: Elements) -> None:
        name, key = known.get(self._role, ("", ""))
        if not name or name in draft.parties:
            self.carry(e)
            return
        self._owner = draft.parties[name] = party = Party(e)
        draft.segments[key] = self.number
        if not party.is_whole_provider():
            self.carry(e, partial=True)

    def _n3(self, e: Elements) -> None:
        taken = self._owner.n3(e) if self._owner is not None else NOTHING
        if taken != WHOLE:
            self._rest(e, taken)

    def _n4(self, e: Elements) -> None:
        taken = self._owner.n4(e) if self._owner is not None else NOTHING
        if taken != WHOLE:
            self._rest(e, taken)

    def _prv(self, e: Elements) -> None:
        if self._owner is not None and (self._claim is not None or self._owner.role == "85"):
            self._rest(e, self._owner.prv(e))
        elif self._level == BILLING and self._claim is None and not self._role:  # before the NM1 it speaks of
            self._rest(e, self._levels[BILLING].early_prv(e, self.number))
        else:
            self.carry(e)

    def _dmg(self, e: Elements) -> None:
        owner = self._owner
        here = owner is not None and owner.role in ("IL", "QC") and not owner.sex
        self._rest(e, owner.dmg(e) if owner is not None and here else NOTHING)

    def _ref(self, e: Elements) -> None:
        qualifier = e[1] if len(e) > 1 else ""
        taken = NOTHING
        if self._line is not None:
            if self._loop == "2400":
                taken = self._line.ref(LINE_REFERENCES, e, self.number)
            elif self._loop == "2410" and qualifier == "XZ":
                taken = self._line.prescription(e, self.number)
        elif self._other is not None:
            if self._role == "PR":
                taken = self._other.ref(e, self.number)
        elif self._claim is not None:
            if self._loop == "2300":
                taken = self._claim.ref(CLAIM_REFERENCES, e, self.number)
        elif self._owner is not None and self._level == BILLING and qualifier in ("EI", "SY"):
            taken = self._owner.tax(e)
            if taken != NOTHING:
                self._levels[BILLING].segments[f"REF*{qualifier}"] = self.number
        if taken != WHOLE:
            self._rest(e, taken)

    # Claim

    def _clm(self, e: Elements) -> None:
        draft = self._open_claim(at(e, 1))
        if draft.clm(e, self._composites) == PART:
            self.carry(e, partial=True)
        draft.charge(e)

    def _open_claim(self, claim_id: str) -> ClaimDraft:
        if self._claim is not None:
            self.close()
        self.ordinal += 1
        segments: dict[str, int] = {}
        fault: UnreadableSegment | None = None
        for level in self._levels.values():
            segments |= level.segments
            fault = fault or level.fault
        self._claim = draft = ClaimDraft(claim_id, (self.number, self.offset), segments)
        self._other = self._decision = self._owner = None
        self._extra, self._loop, self._role = draft.extra, "2300", ""
        draft.fault = fault
        if SUBSCRIBER not in self._levels or BILLING not in self._levels:
            expected = "a claim under a billing provider (HL 20) and a subscriber (HL 22)"
            self.blame(self.located("CLM", BadElement("", found="a CLM without them", expected=expected)))
        return draft

    def open_unreadable(self) -> None:
        self._open_claim("")

    def _hi(self, e: Elements) -> None:
        if self._claim is None or self._line is not None:
            self.out_of_place("HI", _NO_CLAIM)
        elif self._loop != "2300" or self._claim.hi(e, self.number, self._composites) == NOTHING:
            self.carry(e)

    def _dtp(self, e: Elements) -> None:
        line, taken = self._line, NOTHING
        qualifier = e[1] if len(e) > 1 else ""
        if line is not None:
            if self._decision is not None:
                self._softly(e, self._decision.adjudicated if qualifier == "573" else None)
                return
            if self._loop == "2400":
                taken = line.service_day(e, self.number) if qualifier == "472" else line.dtp(e, self.number)
        elif self._other is not None:
            self._softly(e, self._other.adjudicated if qualifier == "573" and self._role == "PR" else None)
            return
        elif self._claim is not None and self._loop == "2300":
            taken = self._claim.dtp(e, self.number)
        if taken != WHOLE:
            self._rest(e, taken)

    def _amt(self, e: Elements) -> None:
        claim = self._claim
        if self._decision is not None:
            self._softly(e, self._decision.amt)
        elif self._line is None and self._other is not None:
            self._softly(e, self._other.amt if self._loop == "2320" else None)
        elif claim is not None and self._line is None and at(e, 1) == "F5" and self._loop == "2300":
            self._rest(e, claim.amt(e, self.number))
        else:
            self.carry(e)

    def _nte(self, e: Elements) -> None:
        taken = NOTHING
        if self._line is not None:
            if self._loop == "2400":
                taken = self._line.nte(e, self.number)
        elif self._claim is not None and self._loop == "2300":
            taken = self._claim.nte(e, self.number)
        self._rest(e, taken)

    def _pwk(self, e: Elements) -> None:
        draft = self._line or self._claim
        here = draft is not None and self._loop in ("2300", "2400")
        self._rest(e, draft.pwk(e, self.number) if draft is not None and here else NOTHING)

    # Other payers

    def _cas(self, e: Elements) -> None:
        draft = self._decision or (self._other if self._line is None else None)
        here = draft is not None and self._loop in ("2320", "2430")
        self._softly(e, draft.cas if draft is not None and here else None)

    def _oi(self, e: Elements) -> None:
        self._softly(e, self._other.oi if self._other is not None and self._loop == "2320" else None)

    def _moa(self, e: Elements) -> None:
        self._softly(e, self._other.moa if self._other is not None and self._loop == "2320" else None)

    def _finish_other_payer(self) -> None:
        other, self._other = self._other, None
        if other is not None and self._claim is not None:
            built = other.built(self.heading.delimiters)
            self._claim.lists.setdefault("other_payers", []).append(built)

    def _svd(self, e: Elements) -> None:
        self._finish_decision()
        line = self._line
        self._owner, self._role = None, ""
        if line is None:
            self.carry(e)
            return
        self._loop = "2430"
        try:
            self._decision = decision = LineAdjudicationDraft(e, self._composites)
        except BadElement:
            self._extra = line.extra
            self.carry(e)
            return
        self._extra = decision.extra
        if not decision.whole:
            self.carry(e, partial=True)

    def _lq(self, e: Elements) -> None:
        self._finish_decision()
        if self._line is not None:
            self._loop, self._owner, self._role = "2440", None, ""
        self.carry(e)

    def _finish_decision(self) -> None:
        decision, self._decision = self._decision, None
        if decision is not None and self._line is not None:
            self._line.lists.setdefault("adjudications", []).append(decision.built(self.heading.delimiters))
            self._extra = self._line.extra

    # Service line

    def _lx(self, e: Elements) -> None:
        claim = self._claim
        if claim is None:
            self.out_of_place("LX", _NO_CLAIM)
            return
        if self._line is not None:
            self._finish_line()
        if self._other is not None:
            self._finish_other_payer()
        self._owner = None
        self._line = line = LineDraft((self.number, self.offset))
        self._extra, self._loop, self._role = line.extra, "2400", ""
        if len(e) > 2:
            self.carry(e, partial=True)
        line.record.number = number = whole_number(e, 1)
        if number in claim.numbers:
            found = f"line {number} a second time"
            advice = "The CLM segment of the next claim may be missing or damaged."
            raise BadElement("LX01", found=found, expected="a number of its own for each line", advice=advice)
        claim.numbers.add(number)

    def _sv1(self, e: Elements) -> None:
        line = self._line
        if line is None or "SV1" in line.segments:
            self.out_of_place("SV1", "one SV1 after each LX")
        elif line.sv1(e, self.number, self._composites) == PART:
            self.carry(e, partial=True)

    def _lin(self, e: Elements) -> None:
        line = self._line
        if line is None:
            self.carry(e)
            return
        self._finish_decision()
        self._loop, self._owner, self._role = "2410", None, ""
        self._rest(e, line.lin(e, self.number))

    def _ctp(self, e: Elements) -> None:
        line = self._line
        try:
            here = line is not None and self._loop == "2410"
            taken = line.ctp(e, self.number, self.component) if line is not None and here else NOTHING
        except BadElement:
            taken = NOTHING
        self._rest(e, taken)

    def _finish_line(self) -> None:
        if self._decision is not None:
            self._finish_decision()
        line, self._line = self._line, None
        claim = self._claim
        if line is None or claim is None or claim.fault is not None:
            return
        if "SV1" in line.segments:
            claim.lines.append(line.finished(Line))
        else:
            expected = "an SV1 segment in each service line"
            bad = BadElement("", found="a service line without SV1", expected=expected)
            claim.fault = self.located("LX", bad, line.place)

    # Faults and endings

    def blame(self, error: UnreadableSegment) -> None:
        if self._claim is not None:
            self._claim.fault = self._claim.fault or error
        elif level := self._levels.get(self._level):
            level.fault = level.fault or error
        else:
            self.state(error)

    def close(self) -> None:
        claim = self._claim
        if claim is None:
            return
        self._finish_line()
        if self._other is not None:
            self._finish_other_payer()
        self._extra = None
        if claim.fault is None and not claim.lines:
            bad = BadElement("", found="a claim without service lines", expected="an LX and SV1 for each service")
            claim.fault = self.located("CLM", bad, claim.place)
        self._claim, self._strayed = None, False
        if claim.fault is not None:
            self.out.append(Refusal(claim.fault, claims_lost=1, claim_id=claim.record.id))
        else:
            self.out.append(self._built(claim))

    def _built(self, draft: ClaimDraft) -> Claim:
        if self._shared is None:
            self._shared = shared(self._levels, self.heading.delimiters)
        if draft.odd_codes:
            delimiters = self.heading.delimiters
            draft.extra += [carried("2300", e, "", number, delimiters, partial=True) for e, number in draft.codes]
        record = draft.record
        record.billing, record.kind, record.subscriber, record.patient, record.payer, extra = self._shared
        if extra:
            draft.extra[:0] = extra
        record.lines = tuple(draft.lines)
        record.submitted_on = self._day
        record.origin = self.origin(self._day, self._purpose, self._batch, self._header or ())
        return draft.finished(Claim)
