"""A file of own rules: read into rules as the catalogue has them, and all that is wrong with it at once.

One bad rule does not cost its neighbours. The text is data: nothing in it is run.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from claims.claim import PayerType
from claims.reasons import NOT_PAYER_SPEECH, Reason
from scrubber import places
from scrubber.own_rules.checking import Asked, asked_about, check_of, for_payers
from scrubber.own_rules.conditions import Reading, place_of, read_when
from scrubber.own_rules.faults import Faults, UnreadableRule, shown
from scrubber.own_rules.fields import FIELDS
from scrubber.own_rules.honest_words import dishonest
from scrubber.own_rules.operators import day_of
from scrubber.own_rules.template import read_template
from scrubber.registry import EVERY_PAYER_TYPE, RULES, Citation, RemedyKind, Rule, Severity

OWN_ID = re.compile(r"OWN(?:-[A-Z0-9]{1,12})?-\d{3}")  # a space of its own: no rule of the catalogue begins with OWN
CARC = re.compile(r"[A-Z]?\d{1,3}")
MOST_RULES = 200  # of one file
LONGEST_FILE = 256 * 1024
LONGEST = 400  # characters of a message, a remedy, a citation
SEVERITIES = {severity.word: severity for severity in Severity}

KEYS = {
    "id": "`OWN-001`, or with a word of your own, `OWN-MRI-001`; never used again for another rule",
    "title": "the fault, in one sentence people read",
    "severity": "`reject`, `deny`, `warn` or `info`",
    "reason": "why the payer would deny: `authorization`, `documentation`, `modifier` ...",
    "carcs": "the CARCs it would come back with",
    "payer_types": "the kinds of payer it binds",
    "payers": "the payers it binds: keys of the table of payers, or payer ids",
    "of": "`line` (asked of each line) or `claim` (asked once)",
    "from": "the first day of service it binds",
    "until": "the last one",
    "version": "a number you raise when its logic changes",
    "message": "what people read, with fields in braces such as `{code}`",
    "about": "the field a finding points to",
    "remedy": "`kind`, `text`, and `requires`: what must be true for it to be lawful",
    "citation": "`text`, and `url` or `author` and `date`: your own memo will do",
    "when": "the conditions",
    "cases": "claims it must object to, must pass, or cannot tell of",
}
NEEDED = ("id", "title", "severity", "reason", "message", "remedy", "citation", "when")


@dataclass(frozen=True, slots=True)
class OwnRule:
    """A rule of the practice's own, the file it stands in, and its cases as the file gives them."""

    rule: Rule
    file: str
    payers: tuple[str, ...] = ()
    cases: tuple[Any, ...] = ()
    tables: Any = None  # of the file, for its cases


@dataclass(frozen=True, slots=True)
class OwnRules:
    """The rules of one file or several, and what could not be read."""

    rules: tuple[OwnRule, ...] = ()
    faults: tuple[UnreadableRule, ...] = ()

    def __add__(self, other: OwnRules) -> OwnRules:
        """Both; of two rules with one id the first stands."""
        taken = {own.rule.id: own.file for own in self.rules}
        kept = tuple(own for own in other.rules if own.rule.id not in taken)
        twice = (
            UnreadableRule(
                own.file, own.rule.id, "id", found=f"an id that {taken[own.rule.id]} has too",
                expected="an id of its own", advice="Give one of the two another number.",
            )
            for own in other.rules
            if own.rule.id in taken
        )  # fmt: skip
        return OwnRules(self.rules + kept, (*self.faults, *other.faults, *twice))


def read_rules(content: bytes, file: str) -> OwnRules:
    """The rules of a file, and everything that is wrong with it."""
    faults = Faults(file)
    document = _document(content, faults)
    if document is None:
        return OwnRules((), tuple(faults.told))
    faults.strange_keys("", document, ("rules", "tables"))
    entries = document.get("rules")
    if not isinstance(entries, list) or not entries or len(entries) > MOST_RULES:
        found = f"{len(entries)} rules" if isinstance(entries, list) else shown(entries)
        faults.tell("rules", found, f"1 to {MOST_RULES} tables", "Begin each rule with a line [[rules]].")
        return OwnRules((), tuple(faults.told))
    read = OwnRules((), tuple(faults.told))
    for number, entry in enumerate(entries, 1):
        read += _read_rule(entry, number, file, document.get("tables"))
    return read


def _document(content: bytes, faults: Faults) -> dict[str, Any] | None:
    if len(content) > LONGEST_FILE:
        faults.tell("", f"{len(content):,} bytes", f"at most {LONGEST_FILE:,}", "Part the file.")
        return None
    try:
        return tomllib.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        faults.tell("", f"a byte that is not UTF-8 at offset {error.start}", "a TOML file in UTF-8")
    except tomllib.TOMLDecodeError as error:
        text = str(error)
        faults.tell(
            "", f"broken TOML ({text[0].lower()}{text[1:]})", "a TOML file", "docs/own-rules.md has a whole one."
        )
    except (RecursionError, ValueError, ArithmeticError):
        faults.tell("", "values nested too deep, or a number or date there is none like", "a TOML file")
    return None


def _read_rule(entry: Any, number: int, file: str, tables: Any) -> OwnRules:
    faults = Faults(file, f"number {number}")
    if not isinstance(entry, dict):
        faults.tell("", shown(entry), "a table", "Begin each rule with a line [[rules]].")
        return OwnRules((), tuple(faults.told))
    rule_id = entry.get("id")
    if isinstance(rule_id, str) and OWN_ID.fullmatch(rule_id) and rule_id not in RULES:
        faults.rule = rule_id
    elif rule_id is not None:
        taken = isinstance(rule_id, str) and rule_id.upper() in RULES
        advice = "That one is in the catalogue; `cleanclaim rules off` or `rules rate` change it." if taken else ""
        faults.tell("id", shown(rule_id), "an id such as OWN-001 or OWN-MRI-001", advice)
    faults.strange_keys("", entry, KEYS)
    for key in NEEDED:
        if key not in entry:
            faults.tell(key, "nothing", KEYS[key])
    made = _Entry(entry, faults).rule()
    if faults.told or made is None:
        return OwnRules((), tuple(faults.told))
    cases = entry.get("cases", [])
    payers = tuple(payer.strip() for payer in entry.get("payers", ()))
    return OwnRules((OwnRule(made, file, payers, tuple(cases), tables),), ())


@dataclass(slots=True)
class _Entry:
    """One rule of the file, read key by key; what is wrong goes to `faults`, and reading goes on."""

    entry: Mapping[str, Any]
    faults: Faults

    def rule(self) -> Rule | None:
        """The rule; of use only where there are no faults."""
        of_line = self._choice("of", self.entry, ("line", "claim"), "line") != "claim"
        reading = Reading(self.faults, of_line)
        judge = read_when(self.entry["when"], reading) if "when" in self.entry else None
        first, last = self._day("from"), self._day("until")
        if first and last and last < first:
            self.faults.tell("until", str(last), f"a day not before {first}")
        remedy, citation = self._remedy(), self._citation()
        message = read_template(self._text("message", self.entry), "message", self.faults, of_line=of_line)
        payers, title = self._payers(), self._text("title", self.entry)
        for key in ("title", "message"):
            self._honest(key, self._text(key, self.entry, again=True), None, "")
        severity = SEVERITIES.get(self._choice("severity", self.entry, tuple(SEVERITIES), "warn"), Severity.WARN)
        reasons = tuple(reason.value for reason in Reason if reason not in NOT_PAYER_SPEECH)
        if not isinstance(self.entry.get("cases", []), list):
            self.faults.tell("cases", shown(self.entry["cases"]), "tables", "Begin each case with [[rules.cases]].")
        reason = Reason(self._choice("reason", self.entry, reasons, "other"))
        carcs, kinds, version, place = self._carcs(), self._kinds(), self._version(), self._place(reading)
        if judge is None or self.faults.told:
            return None
        asked = asked_about(self.entry["when"]) if of_line else Asked()
        return Rule(
            id=self.entry["id"],
            version=version,
            name=self.entry["id"].lower().replace("-", "_"),
            summary=title,
            severity=severity,
            reason=reason,
            carcs=carcs,
            rarcs=(),
            payer_types=kinds,
            effective=first,
            until=last,
            citation=citation,
            place=place,
            remedy=remedy[1],
            remedy_kind=remedy[0],
            requires=remedy[2],
            confidence="own",
            supersedes=frozenset(),
            per_line=of_line,
            check=check_of(for_payers(judge, payers), message, of_line=of_line),
            codes=asked.codes,
            families=asked.families,
        )

    def _text(
        self, key: str, table: Mapping[str, Any], path: str = "", *, needed: bool = True, again: bool = False
    ) -> str:
        """A text on one line; a fault is told once, so `again` reads without telling."""
        given = table.get(key)
        if given is None and (not needed or not path):  # a rule's own missing keys are told together
            return ""
        if isinstance(given, str) and 0 < len(given.strip()) <= LONGEST and given.strip().isprintable():
            return given.strip()
        if not again:
            found = f"{len(given)} characters" if isinstance(given, str) and len(given) > LONGEST else shown(given)
            self.faults.tell(path + key, found, f"one line of text, at most {LONGEST} characters")
        return ""

    def _choice(self, key: str, table: Mapping[str, Any], known: Sequence[str], otherwise: str, path: str = "") -> str:
        given = table.get(key, otherwise)
        if isinstance(given, str) and given in known:
            return given
        self.faults.tell(path + key, shown(given), f"one of {', '.join(known)}")
        return otherwise

    def _day(self, key: str) -> date | None:
        given = self.entry.get(key)
        if given is not None and day_of(given) is None:
            self.faults.tell(key, shown(given), "a day such as 2026-03-31, without quotes")
        return day_of(given)

    def _texts(self, key: str) -> list[str]:
        given = self.entry.get(key, [])
        said = isinstance(given, list) and all(isinstance(text, str) and text.strip() for text in given)
        if said and (key not in self.entry or 0 < len(given) <= MOST_RULES):
            return [text.strip() for text in given]
        self.faults.tell(key, shown(given), "a list of texts in quotes")
        return []

    def _carcs(self) -> tuple[str, ...]:
        carcs = tuple(carc.upper() for carc in self._texts("carcs"))
        for carc in carcs:
            if not CARC.fullmatch(carc):
                self.faults.tell("carcs", shown(carc), 'CARCs such as "197"', "Group codes (CO, PR) are left away.")
        return carcs

    def _kinds(self) -> frozenset[PayerType]:
        named = self._texts("payer_types")
        known = {kind.value: kind for kind in PayerType}
        for strange in sorted(set(named) - set(known)):
            self.faults.tell("payer_types", shown(strange), f"one of {', '.join(known)}", "A payer goes to `payers`.")
        return frozenset(known[name] for name in named if name in known) or EVERY_PAYER_TYPE

    def _payers(self) -> frozenset[str]:
        return frozenset(payer.upper() for payer in self._texts("payers"))

    def _version(self) -> str:
        given = self.entry.get("version", 1)
        if isinstance(given, bool) or not isinstance(given, int) or given < 1:
            self.faults.tell("version", shown(given), "a whole number from 1")
        return str(given)

    def _place(self, reading: Reading) -> places.Place:
        about = self.entry.get("about")
        if about is None:
            return place_of(reading)
        if not isinstance(about, str) or about not in FIELDS:
            self.faults.strange_keys("about", [about] if isinstance(about, str) else ["?"], FIELDS, "field")
            return places.CLAIM
        return FIELDS[about].place

    def _remedy(self) -> tuple[RemedyKind, str, str]:
        table = self._table("remedy", ("kind", "text", "requires"))
        if "change" in table:
            self.faults.tell(
                "remedy.change", "a change to the claim", "words only",
                "What an own rule advises is done by a person: it never sets a code, modifier or diagnosis.",
            )  # fmt: skip
        kinds = tuple(kind.value for kind in RemedyKind)
        if "remedy" not in self.entry:
            return RemedyKind.DOCUMENT, "", ""
        kind = RemedyKind(self._choice("kind", table, kinds, RemedyKind.DOCUMENT.value, "remedy."))
        if "kind" not in table:
            self.faults.tell("remedy.kind", "nothing", f"one of {', '.join(kinds)}")
        text = self._text("text", table, "remedy.")
        requires = self._text("requires", table, "remedy.", needed=False)
        self._honest("remedy.text", text, kind, requires)
        return kind, text, requires

    def _honest(self, key: str, text: str, kind: RemedyKind | None, requires: str) -> None:
        found = dishonest(text, kind, requires)
        if found:
            self.faults.tell(
                key, found, "an honest fix: what to correct, obtain, document, ask, leave out or wait for",
                "No code, modifier or diagnosis is advised because it pays. Where the care itself decides, make it a "
                "question: kind = \"ask_clinician\", with `requires` saying what the note must show.",
            )  # fmt: skip

    def _citation(self) -> Citation:
        table = self._table("citation", ("text", "url", "author", "date"))
        if "citation" not in self.entry:
            return Citation("", "")
        text, url = self._text("text", table, "citation."), self._text("url", table, "citation.", needed=False)
        author, day = self._text("author", table, "citation.", needed=False), table.get("date")
        if url and not url.startswith(("https://", "http://")):
            self.faults.tell("citation.url", shown(url), "an address that begins with https://")
        if day is not None and day_of(day) is None:
            self.faults.tell("citation.date", shown(day), "a day such as 2026-03-31, without quotes")
        if not url and not (author and day):
            self.faults.tell("citation", "a source nobody can look up", "url, or author and date", "A memo has both.")
        signed = ", ".join(part for part in (author, str(day) if day else "") if part)
        return Citation(f"{text} ({signed})" if signed else text, url)

    def _table(self, key: str, known: Iterable[str]) -> Mapping[str, Any]:
        given = self.entry.get(key, {})
        if not isinstance(given, dict):
            self.faults.tell(key, shown(given), "a table", f"Write it as [rules.{key}].")
            return {}
        self.faults.strange_keys(key, (name for name in given if name != "change"), known)
        return given
