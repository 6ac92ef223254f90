"""From the bytes a caller sends to claims: an 837P or claim JSON, refusals beside what could be read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.claim import Claim
from claims.claim_json import claim_and_faults, claim_id_of
from claims.errors import UnreadableClaim, UnreadableFile, UnreadableInput, UnreadableSegment
from claims.reading import Refusal
from claims.x12 import read_837
from serving.errors import Problem

# Days an answer can be asked for: before the first, no table speaks; beyond the last, someone mistyped a year.
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
MOST_SIMILAR = 20  # past lines of each outcome shown beside a line
MOST_LINES = 999  # service lines of one claim; the 837P implementation guide allows 50
COUNT = re.compile(r"[1-9][0-9]?")
_WRAP = 'Put the claim into the member "claim": {"claim": {...}}; evidence and the like stand beside it.'
_SCHEMA = "GET /v1/schema/claim says what a claim holds."
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Intake:
    """What a request held: the claims in their order, and what could not be read."""

    claims: tuple[Claim, ...]
    refused: tuple[Refusal, ...]


def read_x12(body: bytes) -> Iterator[Claim | Refusal]:
    """The claims of an 837P."""
    yield from bounded(read_837(body))


def read_json(body: bytes) -> Iterator[Claim | Refusal]:
    """The claims of a JSON body: one claim object, or a list of them.

    Raises UnreadableFile when it is not JSON; a claim of a list that cannot be read is a Refusal among the others, and
    an item of evidence that cannot be read is one that costs no claim, behind the claim it was left out of.
    """
    document = _parsed(body)
    if not isinstance(document, list):
        yield from bounded(_claim(document, ""))
        return
    for i, item in enumerate(document):
        yield from bounded(_claim(item, f"/{i}"), f"/{i}")


def bounded(records: Iterable[Claim | Refusal], pointer: str = "") -> Iterator[Claim | Refusal]:
    """The same, a claim of more than 999 service lines refused with its place: no payer takes one.

    `pointer`: where a claim JSON stands in its document.
    """
    for record in records:
        if isinstance(record, Refusal) or len(record.lines) <= MOST_LINES:
            yield record
        else:
            yield Refusal(_too_long(record, pointer), claims_lost=1, claim_id=record.id)


def _too_long(claim: Claim, pointer: str) -> UnreadableInput:
    found, expected = f"{len(claim.lines):,} service lines", f"at most {MOST_LINES}"
    advice = "Split the claim: the 837P implementation guide allows 50 lines a claim."
    extra = claim.lines[MOST_LINES]
    number = extra.segments.get("SV1") or claim.segments.get("CLM")
    if number is not None:
        return UnreadableSegment(
            number=number, segment="SV1", element="LX01", found=found, expected=expected, advice=advice
        )
    return UnreadableClaim(f"{pointer}/claim/lines/{MOST_LINES}", found=found, expected=expected, advice=advice)


def take_in(body: bytes, read: Callable[[bytes], Iterable[Claim | Refusal]], most: int) -> Intake:
    """Read a whole request; raises UnreadableFile or Problem when there is no claim in it, or more than `most`."""
    claims: list[Claim] = []
    refused: list[Refusal] = []
    lost = 0  # what was refused without costing a claim does not count
    for read_in in read(body):
        if isinstance(read_in, Refusal):
            refused.append(read_in)
            lost += read_in.claims_lost > 0
        else:
            claims.append(read_in)
        if len(claims) + lost > most:
            raise Problem(
                413,
                "Too many claims",
                f"At most {most:,} are assessed in one request. Send fewer at a time, or use `cleanclaim score FILE`.",
                limit=most,
            )
    if not claims and not refused:
        raise UnreadableFile(
            "the body", found="no claim", expected="at least one claim", advice="Send one claim or more."
        )
    return Intake(tuple(claims), tuple(refused))


def read_day(text: str | None, today: date) -> date:
    """The day of `as_of=`: YYYY-MM-DD, today when it is not given; anything else is a 400."""
    if text is None:
        return today
    try:
        if ISO_DAY.fullmatch(text):
            day = date.fromisoformat(text)
            if FIRST_DAY <= day <= LAST_DAY:
                return day
            raise Problem(400, "as_of is out of range", f"Expected a day from {FIRST_DAY} to {LAST_DAY} in as_of.")
    except ValueError:
        pass
    raise Problem(400, "as_of is not a day", "Expected a day such as 2026-03-02 in as_of; leave it out for today.")


def read_similar(text: str | None) -> int:
    """How many similar past lines `similar=` asks for; 0 when it is not given, a 400 for anything but 1 to 20."""
    if text is None:
        return 0
    if COUNT.fullmatch(text) and int(text) <= MOST_SIMILAR:
        return int(text)
    expected = f"Expected a whole number from 1 to {MOST_SIMILAR} in similar; leave it out for none."
    raise Problem(400, "similar is not a count", expected)


def _claim(item: object, pointer: str) -> Iterator[Claim | Refusal]:
    try:
        claim, left_out = claim_and_faults(item)
    except UnreadableClaim as error:
        yield Refusal(
            _placed(error, pointer, error.advice or _how_to_write(item)), claims_lost=1, claim_id=claim_id_of(item)
        )
        return
    yield claim
    for fault in left_out:
        advice = f"{fault.advice} It was left out; the claim is read without it.".lstrip()
        yield Refusal(_placed(fault, pointer, advice), claim_id=claim.id)


def _how_to_write(item: object) -> str:
    """How a claim is wrapped, where it came bare; else where its members are described."""
    bare = isinstance(item, dict) and "claim" not in item and "lines" in item
    return _WRAP if bare else _SCHEMA


def _placed(error: UnreadableClaim, pointer: str, advice: str) -> UnreadableClaim:
    """The error of one claim, placed in the document it came in."""
    return UnreadableClaim(pointer + error.pointer, found=error.found, expected=error.expected, advice=advice)


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise _not_json(f"a byte that is not UTF-8 at offset {error.start}") from None
    except json.JSONDecodeError as error:
        raise _not_json(f"{error.msg[0].lower()}{error.msg[1:]} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise _not_json("values nested too deep") from None
    except ValueError:
        raise _not_json("a number no claim can hold") from None


def _not_json(found: str) -> UnreadableFile:
    return UnreadableFile(
        "the body",
        found=found,
        expected="JSON: one claim object or a list of them",
        advice="GET /v1/schema/claim gives its schema; an 837P is sent as application/edi-x12.",
    )


def _no_constant(_: str) -> object:
    raise ValueError
