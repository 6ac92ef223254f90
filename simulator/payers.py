"""The pretend payers and the policies they keep to themselves; one file each in data/payers/."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from claims.claim import FILING_INDICATORS, Payer
from claims.reasons import Reason
from simulator.reference import DATA, Answer, read_toml

LAPSE_AGAIN = 0.06
MBI = "medicare"  # member = "medicare": an id of the Medicare form, whose letters are all T


@dataclass(frozen=True, slots=True)
class Money:
    """How the payer pays: a factor on the pretend schedule, what the patient owes, what is cut."""

    schedule: float
    deductible: int
    coinsurance: float
    copay: int
    sequestration: float
    second_procedure: float
    contractual: str = "45"


@dataclass(frozen=True, slots=True)
class Reply:
    """When and how the payer answers."""

    mean_days: float
    least_days: int
    spread: float
    denial_stretch: float
    weekday: int
    unanswered: float
    denied_status: str
    splits_denials: bool
    echoes_line_numbers: bool
    takes_replacements: bool
    forwards: float = 0.0  # share of claims sent on to a second payer (CLP02 19)
    lowers_visits: float = 0.0  # share of high visits paid as the level below


@dataclass(frozen=True, slots=True)
class Silent:
    """Services that joined the authorization list on a day, and when the practice found out."""

    families: frozenset[str]
    codes: frozenset[str]
    since: date
    learned: date
    chance: float

    def names(self, code: str, family: str) -> bool:
        """Whether it is about a service."""
        return family in self.families or code in self.codes


@dataclass(frozen=True, slots=True)
class Gap:
    """A clinician the payer has not enrolled on some days."""

    clinician: str
    since: date
    until: date
    chance: float


@dataclass(frozen=True, slots=True)
class Mistakes:
    """What goes wrong at the payer: parts of its noise, and the share of denials that are worded wrongly."""

    noise: float
    payer_mistake: float
    misposted: float
    wrong_words: float


@dataclass(frozen=True, slots=True)
class Limit:
    """So many sessions of some families in so many days, or so many days between two."""

    families: frozenset[str]
    chance: float
    sessions: int = 0
    days: int = 0
    gap: int = 0


@dataclass(frozen=True, slots=True)
class Quirk:
    """A habit no document states: where every condition that is set holds, the line is denied with `chance`."""

    chance: float
    answer: Answer
    codes: frozenset[str]
    places: frozenset[str]
    beside: frozenset[str]  # another of these codes is on the claim
    modifier: str
    visit_modifier: str  # on the claim's visit line
    beside_itself: bool  # the same code is on another line
    units_over: int
    again_within: int  # days since the patient's last of these codes
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class PretendPayer:
    """A payer: what a claim shows of it, and what it never says."""

    key: str
    payer: Payer
    tax_id: str
    member: str
    member_form: re.Pattern[str]
    both_sides: str  # how it wants two sides: "50" on one line, or two "lines"
    share_under_65: float
    share_from_65: float
    wants_ndc: bool
    wants_51: bool  # on the second and further procedures of a session
    second_cover: float  # share of its patients with a second cover it does not send claims on to
    as_second: float  # how often it is that second cover
    money: Money
    reply: Reply
    filing_days: int
    strictness: Mapping[str, float]
    authorization: Mapping[str, float]
    authorization_places: frozenset[str]
    mismatch: float
    silent: tuple[Silent, ...]
    announced: tuple[Silent, ...]  # the same, but published, so that the practice knew
    referral: frozenset[str]
    review: Mapping[str, float]
    lapse: float
    january: float
    lapse_again: float  # of claims sent again: what the payer said of the cover may have been right
    other_payer_first: float
    noise: Mapping[str, float]
    limits: tuple[Limit, ...]
    quirks: tuple[Quirk, ...]
    unenrolled: tuple[Gap, ...]
    new_code_days: int  # for so long after it begins a code is refused
    new_code_chance: float
    mistakes: Mistakes

    def new_member_id(self, rng: Random) -> str:
        """A member id of the payer's form, plainly invented."""
        form = "1T##T##TT##" if self.member == MBI else self.member
        return "".join(str(rng.randrange(10)) if c == "#" else c for c in form)

    def asks_authorization(self, code: str, family: str, place: str, day: date) -> bool:
        """Whether the practice knows, on the day, that this payer wants an authorization for the service."""
        if family in self.authorization and (not self.authorization_places or place in self.authorization_places):
            return True
        return any(s.names(code, family) and day >= s.learned for s in (*self.silent, *self.announced))


def _quirk(raw: dict[str, Any]) -> Quirk:
    group, carc, rarc, reason = raw["answer"]
    return Quirk(
        chance=raw["chance"],
        answer=Answer(group, carc, rarc, Reason(reason)),
        codes=frozenset(raw["codes"]),
        places=frozenset(raw.get("places", ())),
        beside=frozenset(raw.get("beside", ())),
        modifier=raw.get("modifier", ""),
        visit_modifier=raw.get("visit_modifier", ""),
        beside_itself=raw.get("beside_itself", False),
        units_over=raw.get("units_over", 0),
        again_within=raw.get("again_within", 0),
        since=raw.get("since", date.min),
        until=raw.get("until", date.max),
    )


def _limit(raw: dict[str, Any]) -> Limit:
    return Limit(
        frozenset(raw["families"]), raw["chance"], raw.get("sessions", 0), raw.get("days", 0), raw.get("gap", 0)
    )


def _silent(raw: dict[str, Any]) -> Silent:
    learned = raw.get("learned", raw["since"])
    return Silent(frozenset(raw["families"]), frozenset(raw["codes"]), raw["since"], learned, raw["chance"])


def _gap(raw: dict[str, Any]) -> Gap:
    return Gap(raw["clinician"], raw.get("since", date.min), raw["until"], raw["chance"])


def _mistakes() -> Mistakes:
    raw = read_toml("mistakes.toml")
    return Mistakes(**raw["shares"], wrong_words=raw["words"]["wrong"])


def _form(member: str) -> re.Pattern[str]:
    if member == MBI:
        return re.compile(r"\d[A-Z][A-Z\d]\d[A-Z][A-Z\d]\d[A-Z]{2}\d\d")
    return re.compile(re.escape(member).replace(r"\#", r"\d"))


def _payer(key: str, raw: dict[str, Any]) -> PretendPayer:
    filing, cover, asks = raw["filing_indicator"], raw["cover"], raw["authorization"]
    return PretendPayer(
        key=key,
        payer=Payer(id=raw["id"], name=raw["name"], filing_indicator=filing, type=FILING_INDICATORS[filing]),
        tax_id=raw["tax_id"],
        member=raw["member"],
        member_form=_form(raw["member"]),
        both_sides=raw["both_sides"],
        share_under_65=raw["share"]["under_65"],
        share_from_65=raw["share"]["from_65"],
        wants_ndc=raw.get("wants_ndc", False),
        wants_51=raw.get("wants_51", False),
        second_cover=cover.get("second", 0.0),
        as_second=cover.get("as_second", 0.0),
        money=Money(**raw["money"]),
        reply=Reply(**raw["reply"]),
        filing_days=raw["filing"]["days"],
        strictness=raw["strictness"],
        authorization=asks["families"],
        authorization_places=frozenset(asks.get("places", ())),
        mismatch=asks["mismatch"],
        silent=tuple(_silent(s) for s in asks.get("silent", ())),
        announced=tuple(_silent(s) for s in asks.get("announced", ())),
        referral=frozenset(raw.get("referral", {}).get("families", ())),
        review=raw["review"],
        lapse=cover["lapse"],
        january=cover["january"],
        lapse_again=LAPSE_AGAIN,
        other_payer_first=cover["other_payer_first"],
        noise=raw["noise"],
        limits=tuple(_limit(limit) for limit in raw.get("limits", ())),
        quirks=tuple(_quirk(quirk) for quirk in raw.get("quirks", ())),
        unenrolled=tuple(_gap(gap) for gap in raw.get("unenrolled", ())),
        new_code_days=raw["new_codes"]["days"],
        new_code_chance=raw["new_codes"]["chance"],
        mistakes=_mistakes(),
    )


def load_payers() -> tuple[PretendPayer, ...]:
    """Every payer of data/payers/, in the order of their files."""
    files = sorted((DATA / "payers").glob("*.toml"))
    return tuple(_payer(file.stem, read_toml(f"payers/{file.name}")) for file in files)
