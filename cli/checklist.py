"""`checklist`: what the record should hold for a procedure, and what of it is there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from claims.claim import Claim, PayerType
from claims.errors import UnreadableInput
from cli.console import emit, stdout
from cli.intake import Batch
from scrubber.checklist import Checklist, State, Want, checklist, checklist_of_code
from scrubber.registry import Case
from scrubber.tables import Tables
from serving.pasts import Pasts

STYLE = {State.PRESENT: "green", State.MISSING: "red", State.UNKNOWN: "yellow"}


def show_checklist(
    tables: Tables, pasts: Pasts, code: str, kind: PayerType, day: date, claim: Path | None, *, as_json: bool
) -> int:
    """Print the checklist of a code, or of each line with it on the claims of a file; the exit code."""
    code = code.strip().upper()
    if not tables.family(code):
        raise UnreadableInput(
            f"code {code!r}", found="a code the code table does not hold", expected="a procedure code such as 62323"
        )
    found = [("", checklist_of_code(code, kind, day, tables))]
    if claim is not None:
        found = [
            (of, wants) for each in Batch(claim).claims() for of, wants in _of_claim(tables, pasts, each, code, day)
        ]
        if not found:
            raise UnreadableInput(str(claim), found=f"no line with {code}", expected="a claim that bills it")
    for of, wants in found:
        if as_json:
            emit({"code": code, "of": of, "checklist": [want_json(want) for want in wants.wants]})
        else:
            _show(stdout(), code, of, wants)
    return 0


def want_json(want: Want) -> dict[str, Any]:
    """One thing wanted, as machines read it."""
    return {
        "item": want.item,
        "meaning": want.meaning,
        "wanted": want.wanted,
        "state": want.state.value,
        "told": want.told,
        "why": want.why,
        "rule_ids": list(want.rule_ids),
        "verified": want.verified,
        "citation": {"text": want.citation.text, "url": want.citation.url},
    }


def _of_claim(tables: Tables, pasts: Pasts, claim: Claim, code: str, as_of: date) -> Iterator[tuple[str, Checklist]]:
    sent = max(as_of, claim.first_service or as_of)
    patient, _ = pasts.known(claim, as_of=sent)
    case = Case(claim, sent, tables, patient, tables.payer_type(claim))
    for line in claim.lines:
        if line.code == code:
            yield f"claim {claim.id}, line {line.number}", checklist(case, line)


def _show(console: Console, code: str, of: str, wants: Checklist) -> None:
    console.print(Text(f"{code}{', ' if of else ''}{of}", style="bold"))
    if not wants.wants:
        console.print("  No policy we hold asks for anything in the record of it, from this kind of payer.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("state", "item"):
        table.add_column(column, no_wrap=True)
    for column in ("wanted", "asked by"):
        table.add_column(column, ratio=2)
    for want in wants.wants:
        item = Text(want.item.replace("_", " "))
        wanted = Text(f"{want.wanted}{' - ' if want.wanted else ''}{want.why or want.meaning}")
        source = Text(f"{', '.join(want.rule_ids)}: {want.citation.text}{'' if want.verified else ' (not verified)'}")
        table.add_row(Text(want.state.value, STYLE[want.state]), item, wanted, source)
    console.print(table)
    console.print(Text(wants.summary))
