"""The map from a billing system's columns to ours: a TOML file with a closed grammar, and errors that say where."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

from claims import untold
from claims.errors import UnreadableInput

EXAMPLE = Path(__file__).with_name("example.toml")
ENCODINGS = MappingProxyType(
    {"utf-8": "utf-8-sig", "utf-16": "utf-16", "windows-1252": "cp1252", "iso-8859-1": "iso-8859-1"}
)
DELIMITERS = (",", ";", "|", "\t")
BY_LINE, BY_ADJUSTMENT = "line", "adjustment"
REQUIRED = ("claim_id", "code", "charge", "units", "service_from", "submitted_on", "decided_on", "paid")
LISTS = ("modifiers", "diagnoses", "remarks")
OPTIONAL = (
    "line", "payer_id", "payer_name", "payer_turn", "service_to", "place", "allowed", "frequency", "original_reference",
    "payer_control_number", "authorization_number", "referral_number", "billing_npi", "rendering_npi", "patient_id",
    "last_name", "first_name", "birth_date", "sex", "member_id", "reversal",
)  # fmt: skip
COLUMNS = (*REQUIRED, *OPTIONAL, *LISTS)
CODE = re.compile(r"(CO|PR|OA|PI|CR)[- ]?([A-Z]?\d{1,3})")
_NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class AdjustmentColumns:
    """The columns of one adjustment: group and CARC apart or together (`code`), and its amount."""

    amount: str
    group: str = ""
    carc: str = ""
    code: str = ""

    @property
    def all(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(name for name in (self.group, self.carc, self.code, self.amount) if name)


@dataclass(frozen=True)
class ExportMap:
    """Where in an export each thing stands, and how it is written. `columns` maps our names to theirs."""

    source: str
    columns: Mapping[str, tuple[str, ...]]
    packed: tuple[str, ...] = ()
    adjustment_columns: tuple[AdjustmentColumns, ...] = ()
    fixed: Mapping[tuple[str, str], str] = field(
        default_factory=lambda: MappingProxyType({})
    )  # (group, CARC) -> column
    encoding: str = "utf-8"
    delimiter: str = ","
    header_row: int = 1
    dates: tuple[str, ...] = ("%Y-%m-%d",)
    decimal: str = "."
    rows: str = BY_LINE
    between_codes: str = " ,;"
    payers: Mapping[str, str] = field(default_factory=lambda: _NONE)
    reversal_words: frozenset[str] = frozenset()

    @property
    def named(self) -> tuple[str, ...]:
        """Every column of theirs that the map names, each once."""
        found = [name for names in self.columns.values() for name in names]
        found += self.packed
        found += [name for columns in self.adjustment_columns for name in columns.all]
        return tuple(dict.fromkeys([*found, *self.fixed.values()]))

    @property
    def untold(self) -> tuple[str, ...]:
        """What claims of this export cannot tell, in the words of `claims.untold`."""
        told = {
            untold.AUTHORIZATION: ("authorization_number",),
            untold.DIAGNOSES: ("diagnoses",),
            untold.MODIFIERS: ("modifiers",),
            untold.PLACE: ("place",),
            untold.REFERRAL: ("referral_number",),
            untold.TURN: ("payer_turn",),
        }
        lost = {fact for fact, names in told.items() if not any(name in self.columns for name in names)}
        whole_name = all(name in self.columns for name in ("last_name", "first_name", "birth_date"))
        if not whole_name and not {"patient_id", "member_id"} & self.columns.keys():
            lost.add(untold.PATIENT)
        return tuple(sorted(lost | {untold.ACCIDENT, untold.DRUG_CODE}))

    @property
    def fingerprint(self) -> str:
        """Changes with whatever would make another record out of the same file."""
        said = [
            self.source, sorted(self.columns.items()), self.packed, self.adjustment_columns, sorted(self.fixed.items()),
            self.encoding, self.delimiter, self.header_row, self.dates, self.decimal, self.rows, self.between_codes,
            sorted(self.payers.items()), sorted(self.reversal_words),
        ]  # fmt: skip
        return sha256(repr(said).encode()).hexdigest()


def read_export_map(path: Path) -> ExportMap:
    """The map in a file. Raises UnreadableInput."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UnreadableInput(
            path.name, found=(error.strerror or "a read error").lower(), expected="the map of an export (TOML)",
            advice="`cleanclaim ingest --map-example` prints one to begin with.",
        ) from None  # fmt: skip
    except UnicodeDecodeError:
        raise UnreadableInput(path.name, found="text that is not UTF-8", expected="a TOML file in UTF-8") from None
    return parse_export_map(text, path.name)


def parse_export_map(text: str, name: str = "the map") -> ExportMap:
    """The map a TOML text says. Raises UnreadableInput, which says where, what was found and what was expected."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableInput(name, found=f"broken TOML ({error})", expected="a TOML file") from None
    reader = _Reader(name)
    reader.closed("", said, ("source", "file", "columns", "adjustments", "payers", "words"))
    source = reader.text("source", said.get("source", ""))
    columns = reader.columns(reader.section(said, "columns"))
    adjustments = reader.section(said, "adjustments")
    reader.closed("[adjustments]", adjustments, ("packed", "columns", "fixed"))
    words = reader.section(said, "words")
    reader.closed("[words]", words, ("reversal",))
    found = ExportMap(
        source=source,
        columns=columns,
        packed=reader.names("[adjustments], packed", adjustments.get("packed", [])),
        adjustment_columns=tuple(reader.adjustment_columns(adjustments.get("columns", []))),
        fixed=reader.fixed(reader.section(adjustments, "fixed", "adjustments.fixed")),
        payers=reader.payers(reader.section(said, "payers")),
        reversal_words=frozenset(
            word.casefold().strip() for word in reader.names("[words], reversal", words.get("reversal", []))
        ),
        **reader.file(reader.section(said, "file")),
    )
    if not (found.packed or found.adjustment_columns or found.fixed):
        raise reader.wrong("[adjustments]", "nothing", "packed, columns or fixed: why paid differs from charged")
    if found.rows == BY_ADJUSTMENT and "line" not in columns:
        raise reader.wrong("[columns]", "no line", 'line, which rows = "adjustment" needs')
    return found


class _Reader:
    """Takes the parts of a map apart, and says where one is wrong."""

    def __init__(self, name: str) -> None:
        self.name = name

    def wrong(self, where: str, found: str, expected: str) -> UnreadableInput:
        return UnreadableInput(f"{self.name}, {where}" if where else self.name, found=found, expected=expected)

    def closed(self, where: str, said: Mapping[str, Any], known: Iterable[str]) -> None:
        for key in said:
            if key not in known:
                raise self.wrong(where, repr(key), f"one of {', '.join(known)}")

    def section(self, said: Mapping[str, Any], key: str, where: str = "") -> Mapping[str, Any]:
        section = said.get(key, {})
        if not isinstance(section, dict):
            raise self.wrong(f"[{where or key}]", repr(section), "a section")
        return section

    def text(self, where: str, value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(where, repr(value) if value else "nothing", "a text")
        return value.strip()

    def names(self, where: str, value: object) -> tuple[str, ...]:
        some = [value] if isinstance(value, str) else value
        if not isinstance(some, list):
            raise self.wrong(where, repr(value), "a text or a list of texts")
        return tuple(self.text(where, one) for one in some)

    def columns(self, section: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
        self.closed("[columns]", section, COLUMNS)
        found: dict[str, tuple[str, ...]] = {}
        for ours, theirs in section.items():
            where = f"[columns], {ours}"
            found[ours] = self.names(where, theirs) if ours in LISTS else (self.text(where, theirs),)
            if not found[ours]:
                raise self.wrong(where, "nothing", "the name of a column")
        missing = [name for name in REQUIRED if name not in found]
        if missing:
            raise self.wrong("[columns]", f"no {', '.join(missing)}", "the columns every export must tell")
        if not {"payer_id", "payer_name"} & found.keys():
            raise self.wrong("[columns]", "neither payer_id nor payer_name", "one of them")
        return found

    def file(self, section: Mapping[str, Any]) -> dict[str, Any]:
        closed = {"encoding": tuple(ENCODINGS), "delimiter": DELIMITERS, "decimal": (".", ","),
                  "rows": (BY_LINE, BY_ADJUSTMENT)}  # fmt: skip
        self.closed("[file]", section, (*closed, "header_row", "dates", "between_codes"))
        values: dict[str, Any] = {}
        for key, allowed in closed.items():
            if key in section:
                if section[key] not in allowed:
                    raise self.wrong(f"[file], {key}", repr(section[key]), f"one of {', '.join(map(repr, allowed))}")
                values[key] = section[key]
        if "header_row" in section:
            row = section["header_row"]
            if isinstance(row, bool) or not isinstance(row, int) or not 1 <= row <= 1000:
                raise self.wrong("[file], header_row", repr(row), "the number of a line, from 1")
            values["header_row"] = row
        if "dates" in section:
            values["dates"] = self.names("[file], dates", section["dates"])
            for form in values["dates"]:
                self.date_form(form)
        if "between_codes" in section:
            between = section["between_codes"]
            if not isinstance(between, str) or not between or any(c.isalnum() or c in "-." for c in between):
                raise self.wrong("[file], between_codes", repr(between), "marks such as a comma, none of a code")
            values["between_codes"] = between
        return values

    def date_form(self, form: str) -> None:
        """A form that does not give a day back as it was would read days wrongly."""
        day = datetime(2026, 3, 14)  # noqa: DTZ001
        try:
            again = datetime.strptime(day.strftime(form), form)  # noqa: DTZ007
        except (ValueError, re.error):
            again = None
        if again != day:
            raise self.wrong("[file], dates", repr(form), "a form with year, month and day, such as %m/%d/%Y")

    def adjustment_columns(self, value: object) -> Iterator[AdjustmentColumns]:
        if not isinstance(value, list):
            raise self.wrong("[[adjustments.columns]]", repr(value), "sections, each with amount and code")
        for n, one in enumerate(value, 1):
            where = f"[[adjustments.columns]] {n}"
            if not isinstance(one, dict):
                raise self.wrong(where, repr(one), "a section")
            self.closed(where, one, ("group", "carc", "code", "amount"))
            names = {key: self.text(f"{where}, {key}", name) for key, name in one.items()}
            if set(names) not in ({"amount", "code"}, {"amount", "group", "carc"}):
                raise self.wrong(
                    where, ", ".join(sorted(names)) or "nothing", "amount with code, or with group and carc"
                )
            yield AdjustmentColumns(**names)

    def fixed(self, section: Mapping[str, Any]) -> Mapping[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = {}
        for code, column in section.items():
            match = CODE.fullmatch(code)
            if not match:
                raise self.wrong("[adjustments.fixed]", repr(code), "group and CARC, such as PR-1")
            found[match[1], match[2]] = self.text(f"[adjustments.fixed], {code}", column)
        return found

    def payers(self, section: Mapping[str, Any]) -> Mapping[str, str]:
        return {name.strip().casefold(): self.text(f"[payers], {name}", payer) for name, payer in section.items()}
