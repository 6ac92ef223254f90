"""`authorizations import` and `add`: how approvals come into the book."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from rich.text import Text

from claims.authorization_csv import COLUMNS, PRIVATE, codes_in, entry_of, read_authorizations
from claims.cells import Cells
from claims.claim import AuthorizedCode
from claims.entries import Entry, entries_of, entries_of_claim, whose_of
from claims.errors import UnreadableFile, UnreadableInput
from claims.fhir import read_claim_response
from claims.reading import Refusal
from claims.x12 import sniff
from claims.x12.read_271 import read_271
from claims.x12.read_278 import read_278
from cli.console import counted, emit, progress, say, stdout
from cli.intake import SNIFFED, Batch
from cli.learn import open_store
from serving.intake import read_json
from serving.settings import Settings

EXPECTED = "a CSV of approvals, claim JSON, a FHIR ClaimResponse or Bundle, or an X12 278 or 271 file"
SHOWN = 20


def import_files(settings: Settings, files: Sequence[Path], today: date, payer: str, *, as_json: bool) -> int:
    """Read the files into the book; exit code 1 when something was refused, 2 when all of it was."""
    total = {"files": 0, "authorizations": 0, "eligibility": 0, "duplicates": 0, "refused": 0}
    unlinked, payers = [], set[str]()
    with open_store(settings, create=True) as store, progress("files", len(files)) as update:
        for done, path in enumerate(files, 1):
            faults: list[UnreadableInput] = []
            entries: list[Entry] = []
            try:
                entries += _entries(path, today, payer, faults)
            except UnreadableInput as error:  # one bad file never costs the others
                faults.append(error)
            report = store.note(entries)
            total["files"] += 1
            for name in ("authorizations", "eligibility", "duplicates"):
                total[name] += getattr(report, name)
            total["refused"] += len(faults)
            unlinked += report.unlinked
            payers |= {named for entry in entries for named in _payers(entry)}
            for fault in faults:
                say(f"left out: {fault}")
            update(done, None)
        strangers = sorted(named for named in payers if named and not store.sent_to(named))
    for one in unlinked[:SHOWN]:
        say(str(one))
    if strangers:
        say(
            f"payer {', '.join(strangers[:5])}: no claim in the store went to it. Where your claims name this payer by "
            "another id, import again with --payer ID."
        )
    if as_json:
        emit({**total, "unlinked": [one.json() for one in unlinked], "payers_not_sent_to": strangers})
    else:
        stdout().print(
            f"{counted(total['files'], 'file')}: {total['authorizations']} authorization records and "
            f"{total['eligibility']} answers about cover are new, {total['duplicates']} were there before, "
            f"{total['refused']} refused, "
            f"{len(unlinked)} of no patient yet."
        )
    kept = total["authorizations"] + total["eligibility"] + total["duplicates"]
    return 0 if not total["refused"] else 1 if kept else 2


def _payers(entry: Entry) -> Iterator[str]:
    if entry.authorization is not None:
        yield entry.authorization.payer_id
    yield from (answer.payer_id for answer in entry.answers)


def _entries(path: Path, today: date, payer: str, faults: list[UnreadableInput]) -> Iterator[Entry]:
    """The entries of a file of whatever kind; what could not be read goes to `faults`."""
    try:
        body = path.read_bytes()
    except OSError as error:
        found = (error.strerror or "a file that cannot be opened").lower()
        raise UnreadableFile(str(path), found=found, expected=EXPECTED, advice="Check the path.") from error
    kind = sniff(body[:SNIFFED])
    if kind in ("278", "271"):
        read = read_278(body) if kind == "278" else read_271(body)
        for record in read:
            if isinstance(record, Refusal):
                faults.append(record.error)
            else:
                found_entries = list(entries_of(record, kind, today))
                if not found_entries:
                    say(f"{path.name}, {record.place}: the payer did not answer the question; nothing is recorded")
                yield from (_of_payer(entry, payer) for entry in found_entries)
    elif kind:
        raise UnreadableFile(
            str(path), found=f"X12 of another kind ({kind})", expected=EXPECTED, advice="`cleanclaim ingest` reads it."
        )
    elif body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        yield from (_of_payer(entry, payer) for entry in _of_json(body, path, today, faults))
    else:
        entries, wrong = read_authorizations(text_lines(body, path), path.name, today, payer)
        faults += wrong
        yield from entries


def _of_payer(entry: Entry, payer: str) -> Entry:
    """The entry under the id that the practice's claims name the payer by."""
    if not payer:
        return entry
    answers = tuple(replace(answer, payer_id=payer) for answer in entry.answers)
    held = replace(entry.authorization, payer_id=payer) if entry.authorization else None
    return replace(entry, authorization=held, answers=answers)


def _of_json(body: bytes, path: Path, today: date, faults: list[UnreadableInput]) -> Iterator[Entry]:
    if _is_fhir(body):
        for record in read_claim_response(body):
            if isinstance(record, Refusal):
                faults.append(record.error)
            else:
                yield from entries_of(record, "fhir", today)
        return
    number = 0
    for claim in read_json(body):
        if isinstance(claim, Refusal):
            faults.append(claim.error)
            number += claim.claims_lost
        else:
            number += 1
            yield from entries_of_claim(claim, today, f"{path.name}, claim {number}")


def _is_fhir(body: bytes) -> bool:
    try:
        said = json.loads(body)
    except ValueError:
        return False  # the reader of claims says what is wrong with it
    return isinstance(said, dict) and "resourceType" in said


def text_lines(body: bytes, path: Path) -> list[str]:
    """The lines of a CSV file; raises UnreadableFile where it is not UTF-8."""
    try:
        return body.decode("utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            str(path), found=f"a byte that is not UTF-8 at offset {error.start}", expected=EXPECTED,
            advice="Save it as CSV UTF-8.",
        ) from None  # fmt: skip


def add_one(
    settings: Settings, said: Mapping[str, str], codes: Sequence[str], claim: Path | None, today: date, *, as_json: bool
) -> int:
    """Write one approval down, as a row of a CSV would."""
    cells = Cells("authorizations add", {name: said.get(name, "") for name in COLUMNS}, PRIVATE)
    entry = entry_of(cells, "by hand", today, "")
    held = entry.authorization
    if held is None:
        raise ValueError("a row of a CSV is always an authorization")
    entry = replace(
        entry,
        authorization=replace(held, codes=tuple(_code(text) for text in codes)),
        source="by_hand",
        place="",
        answer="",
    )
    if claim is not None:
        first = next(iter(Batch(claim).claims()), None)
        if first is None:
            raise UnreadableFile(str(claim), found="no claim", expected="a claim of the patient's, 837P or JSON")
        payer = entry.authorization.payer_id or first.payer.id if entry.authorization else ""
        entry = replace(_of_payer(entry, payer), whose=whose_of(first), claim_id=entry.claim_id or first.id)
    with open_store(settings, create=True) as store:
        report = store.note([entry])
    for one in report.unlinked:
        say(str(one))
    if as_json:
        emit({"authorizations": report.authorizations, "duplicates": report.duplicates,
              "unlinked": [one.json() for one in report.unlinked]})  # fmt: skip
    else:
        name = said.get("number") or said.get("request") or "the request"
        stdout().print(
            Text(
                f"{name}: {said['decision']}, written down." if report.authorizations else f"{name} was there already."
            )
        )
    return 0


def _code(text: str) -> AuthorizedCode:
    """`64493`, `64493:2` or `64493:2:left`."""
    parts = text.split(":")
    row = Cells("authorizations add --code", dict(zip(("code", "units", "side"), parts, strict=False)))
    found = codes_in(row) if len(parts) <= len(row.of) else ()
    if not found:
        raise UnreadableInput(
            "authorizations add --code", found=repr(text[:20]), expected="CODE, CODE:UNITS or CODE:UNITS:SIDE"
        )
    return found[0]
