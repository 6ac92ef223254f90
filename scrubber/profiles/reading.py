"""A practice's profiles from its home: each file read whole or refused whole, and no file at the cost of another."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from claims.claim import PayerType
from scrubber.profiles import clashes
from scrubber.profiles.grammar import Lines, Problems, UnreadableProfile, Values
from scrubber.profiles.own_values import OWN_VALUES
from scrubber.registry import RULES
from scrubber.tables.profiles import (
    Adoption,
    Demand,
    Entry,
    Filing,
    OwnPolicy,
    Profile,
    Profiles,
    RefusedProfile,
    Said,
    SessionLimit,
    Wishes,
)
from scrubber.tables.rows import PAYER_WANTS, PayerRow

FOLDER = "payers"
MOST_BYTES = 1_000_000
TYPES = tuple(kind.value for kind in PayerType if kind is not PayerType.UNKNOWN)
KEY = r"[a-z][a-z0-9_]{1,49}"
_OF_FILE = ("key", "name", "type", "written_by", "written_on", "match")
_OF_MATCH = ("ids", "names", "patterns")
_OF_ENTRY = ("from", "to", "published", "source", "url", "verified", "written_by", "written_on")
_CODE, _PLACE, _STATE = r"\d{4}[0-9A-Z]|[A-Z]\d{4}", r"\d\d", r"[A-Z]{2}"
_FILING_DAYS = ("days", "corrected_claim_days", "appeal_days")

Made = TypeVar("Made", bound=Entry)


@dataclass(frozen=True, slots=True)
class Known:
    """What a profile may refer to: the payers and code families of the tables."""

    payers: Mapping[str, PayerRow]
    families: frozenset[str]


def known_to(payers: Mapping[str, PayerRow], families: Iterable[str]) -> Known:
    """What profiles may refer to, from the newest rows of the payer and code tables."""
    return Known(payers, frozenset(families))


def load_profiles(home: Path, known: Known) -> Profiles:
    """The profiles under `home/payers/`; a file that cannot be read is told and left out, and costs no other."""
    folder = home / FOLDER
    files = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    read: list[Profile] = []
    refused: list[RefusedProfile] = []
    for file in files:
        profile, problems = read_profile(file, known)
        if profile is not None:
            problems = clashes.with_others(profile, read)
        if profile is not None and not problems:
            read.append(profile)
        else:
            refused.append(RefusedProfile(file.name, tuple(problems)))
    return Profiles(tuple(read), tuple(refused))


def read_profile(file: Path, known: Known) -> tuple[Profile | None, Sequence[UnreadableProfile]]:
    """The profile of a file, or everything that is wrong with it."""
    text = _text(file)
    if isinstance(text, UnreadableProfile):
        return None, [text]
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = re.search(r"at line (\d+)", str(error))
        said = str(error).partition(" (at ")[0] or "nested too deeply"
        return None, [
            UnreadableProfile(
                file.name, int(at[1]) if at else 0, "", found=f"broken TOML ({said})", expected="a TOML file",
                advice="Texts stand in quotes, days do not. `cleanclaim payers new KEY` shows the form.",
            )
        ]  # fmt: skip
    problems = Problems(file.name, Lines(text))
    profile = _Reader(content, problems, known, file).profile(sha256(text.encode()).hexdigest())
    if not problems.found:
        clashes.within(profile, problems)
    if not problems.found:
        return profile, []
    return None, sorted(problems.found, key=lambda problem: problem.line or MOST_BYTES)  # what is nowhere comes last


def _text(file: Path) -> str | UnreadableProfile:
    expected = "a TOML file in UTF-8"
    try:
        content = file.read_bytes()
    except OSError as error:
        found = (error.strerror or "a file that cannot be opened").lower()
        return UnreadableProfile(file.name, 0, "", found=found, expected=expected, advice="Check the path.")
    if len(content) > MOST_BYTES:
        return UnreadableProfile(
            file.name, 0, "", found=f"{len(content):,} bytes", expected=f"at most {MOST_BYTES:,}: one payer's profile"
        )
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return UnreadableProfile(file.name, line, "", found="a byte that is not UTF-8", expected=expected)


class _Reader:
    """One file: its own keys first, then each kind of entry."""

    def __init__(self, content: Mapping[str, Any], problems: Problems, known: Known, file: Path) -> None:
        self._content, self._problems, self._known, self._file = content, problems, known, file
        self._top = Values(content, problems)
        self._written_by, self._written_on = "", date.min

    def profile(self, digest: str) -> Profile:
        """The profile; worth nothing where problems were noted."""
        top = self._top
        top.only((*_OF_FILE, *_SECTIONS))
        key = self._key()
        row = self._known.payers.get(key)
        self._written_by, self._written_on = top.text("written_by"), top.day("written_on", needed=True) or date.min
        kind = self._type(row)
        ids, names, patterns = self._match(row)
        return Profile(
            key=key,
            name=top.text("name", needed=row is None) or (row.name if row else ""),
            type=kind,
            ids=ids,
            names=names,
            name_patterns=patterns,
            written_by=self._written_by,
            written_on=self._written_on,
            file=self._file.name,
            sha256=digest,
            filing=self._entries("timely_filing", Filing, _FILING_DAYS, lambda v: _filing(v, kind)),
            wishes=self._entries("wants", Wishes, ("wants", "wants_not"), _wishes),
            demands=self._entries(
                "authorization", Demand, ("codes", "families", "places", "states", "need"), self._demand
            ),
            limits=self._entries(
                "frequency", SessionLimit, ("families", "per", "most", "within_months", "within_days", "days_between"),
                self._limit,
            ),
            adoptions=self._entries("adopts", Adoption, ("rules", "rule_families"), _adoption),
            values=self._entries("values", OwnPolicy, ("parameter", "value"), _value),
        )  # fmt: skip

    def _key(self) -> str:
        stem = self._file.stem
        key = self._top.text("key", needed=False) or stem
        if not re.fullmatch(KEY, key):
            self._top.wrong("key", "small letters, digits and underscores, beginning with a letter", found=repr(key))
        elif key != stem:
            self._top.wrong("key", f"the file's own name, {stem}", "Rename the file or the key.")
        return key

    def _type(self, row: PayerRow | None) -> str:
        kind = self._top.one_of("type", TYPES, row.type if row else "")
        if row is not None and kind and kind != row.type:
            self._top.wrong(
                "type", f"{row.type}, as the payer table has {row.key}",
                "Give another line of business a profile with a key of its own.",
            )  # fmt: skip
        return kind

    def _match(self, row: PayerRow | None) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        content = self._content.get("match", {})
        if not isinstance(content, dict):
            self._top.wrong("match", "a table [match] with ids or names")
            return (), (), ()
        match = Values(content, self._problems, "match", 1, several=False)
        match.only(_OF_MATCH)
        ids, names, patterns = match.words("ids"), match.words("names"), match.words("patterns")
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error:
                match.wrong("patterns", "regular expressions", found=repr(pattern))
        if row is None and not (ids or names or patterns):
            self._top.wrong(
                "match", "a table [match] with the ids or names this payer has on claims, for the payer table does not "
                "hold it", found="no id and no name",
            )  # fmt: skip
        return ids, names, patterns

    def _entries(
        self, section: str, kind: type[Made], keys: Sequence[str], more: Callable[[Values], dict[str, Any]]
    ) -> tuple[Made, ...]:
        content = self._content.get(section, [])
        if not isinstance(content, list) or not all(isinstance(entry, dict) for entry in content):
            self._top.wrong(section, f"tables headed [[{section}]]")
            return ()
        found = []
        for number, entry in enumerate(content, 1):
            values = Values(entry, self._problems, section, number)
            values.only((*keys, *_OF_ENTRY))
            found.append(kind(said=self._said(values), line=values.line, **more(values)))
        return tuple(found)

    def _said(self, values: Values) -> Said:
        first, last = values.day("from", needed=True) or date.min, values.day("to")
        if last and last < first:
            values.wrong("to", f"a day not before {first}, where it begins")
        written_on = values.day("written_on") or self._written_on
        published = values.day("published") or written_on
        if published > written_on:
            values.wrong("published", f"a day not after {written_on}, when it was written down")
        url = values.text("url", needed=False)
        if url and not url.startswith("https://"):
            values.wrong("url", "an address that begins with https://, or none")
        return Said(
            first, last, published, values.text("source"), url, values.flag("verified"),
            values.text("written_by", needed=False) or self._written_by, written_on,
        )  # fmt: skip

    def _families(self, values: Values) -> frozenset[str]:
        advice = f"Families: {', '.join(sorted(self._known.families))}."
        return values.some_of("families", self._known.families, "a family of the code table", advice)

    def _demand(self, values: Values) -> dict[str, Any]:
        codes = values.fitting("codes", _CODE, "a CPT or HCPCS code such as 62323")
        families = self._families(values)
        if not values.content.get("codes") and not values.content.get("families"):
            values.wrong("codes", "codes, families or both", found="neither codes nor families")
        return {
            "codes": codes,
            "families": families,
            "places": values.fitting("places", _PLACE, "a place of service such as 11"),
            "states": values.fitting("states", _STATE, "a state such as FL"),
            "need": values.one_of("need", ("required", "sometimes", "none")),
        }

    def _limit(self, values: Values) -> dict[str, Any]:
        families = self._families(values)
        if not values.content.get("families"):
            values.wrong("families", 'the families it limits, such as ["esi_interlaminar"]')
        most, apart = values.whole("most", most=1000), values.whole("days_between", most=3660)
        months, days = values.whole("within_months", most=120), values.whole("within_days", most=3660)
        content = values.content
        if "within_months" in content and "within_days" in content:
            values.wrong("within_days", "one window: within_months or within_days", found="both")
        if ("most" in content) != ("within_months" in content or "within_days" in content):
            values.wrong("most", "most together with within_months or within_days", found="one without the other")
        if "most" not in content and "days_between" not in content:
            values.wrong("most", "most sessions in a window, days_between, or both", found="neither")
        return {
            "families": families,
            "per": values.one_of("per", ("region", "side", "patient"), "region"),
            "most": most,
            "within": months or days,
            "unit": "months" if months else "days",
            "days_between": apart,
        }


def _filing(values: Values, kind: str) -> dict[str, Any]:
    found = {key: values.whole(key, most=3660) for key in _FILING_DAYS}
    if not any(key in values.content for key in _FILING_DAYS):
        values.wrong("days", f"at least one of {', '.join(_FILING_DAYS)}")
    if kind == PayerType.MEDICARE and "days" in values.content:
        values.wrong("days", "no days of its own: 42 CFR 424.44 sets the limit of Original Medicare")
    return found


def _wishes(values: Values) -> dict[str, Any]:
    what = f"one of {', '.join(sorted(PAYER_WANTS))}"
    wants, wants_not = values.some_of("wants", PAYER_WANTS, what), values.some_of("wants_not", PAYER_WANTS, what)
    if not values.content.get("wants") and not values.content.get("wants_not"):
        values.wrong("wants", "wants, wants_not or both", found="neither")
    for wish in sorted(wants & wants_not):
        values.wrong("wants_not", "no wish that stands in wants as well", found=repr(wish))
    if {"modifier_95", "no_telehealth_modifier"} <= wants:
        values.wrong("wants", "95 or no telehealth modifier", found="modifier_95 and no_telehealth_modifier")
    return {"wants": wants, "wants_not": wants_not}


def _adoption(values: Values) -> dict[str, Any]:
    advice = "`cleanclaim rules` lists them."
    rules = values.some_of("rules", RULES, "the id of a rule such as FRQ-001", advice)
    families = {rule.family for rule in RULES.values()}
    what = f"one of {', '.join(sorted(families))}"
    chosen = values.some_of("rule_families", families, what)
    if not values.content.get("rules") and not values.content.get("rule_families"):
        values.wrong("rules", "rules, rule_families or both", found="neither")
    return {"rules": rules | {rule.id for rule in RULES.values() if rule.family in chosen}}


def _value(values: Values) -> dict[str, Any]:
    return {
        "parameter": values.one_of("parameter", sorted(OWN_VALUES)),
        "value": values.whole("value", needed=True) or 0,
    }


_SECTIONS = ("timely_filing", "wants", "authorization", "frequency", "adopts", "values")
