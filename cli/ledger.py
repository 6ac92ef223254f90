"""`labels --explain` and `labels --relabel`: why a line has its label, told for a person, and labelling anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from rich.text import Text

from cli.console import emit, progress, stdout
from cli.learn import open_store
from serving.settings import Settings

if TYPE_CHECKING:
    from past.story import AnswerStory
    from store.story import LineStory


def explain_label(settings: Settings, which: str, as_of: date, *, line: int | None, as_json: bool) -> int:
    """The whole story of each line of a submission or a claim."""
    with open_store(settings) as store:
        told = store.stories(which, as_of, line=line)
    if as_json:
        for story in told:
            emit(story.json())
        return 0
    console = stdout()
    for i, story in enumerate(told):
        console.print(Text("\n".join(["", *_words(story)] if i else _words(story))))
    return 0


def relabel_store(settings: Settings, *, as_json: bool) -> int:
    """Link and label everything anew by today's labels.toml."""
    with open_store(settings) as store, progress("labelling anew"):
        changed = store.relabel()
    words = store.label_settings.recorded()["labels.words"]
    if as_json:
        emit({"taken_back": changed.taken_back, "told": changed.told, "labels_words": words})
        return 0
    stdout().print(
        Text(
            f"Labelled anew by {'the shipped words' if words == 'shipped' else 'labels.toml'}: {changed.taken_back:,} "
            f"decisions were taken back and {changed.told:,} told, each as an event."
        )
    )
    return 0


def _words(story: LineStory) -> Iterable[str]:
    row = story.label
    payer = row.payer_id or "a payer without an id"
    yield f"Claim {row.claim_id}, line {row.line}: {row.procedure}, {row.charge:.2f} charged to {payer}"
    yield f"  {row.outcome.value.replace('_', ' ').upper()}. {row.why}"
    if row.reason is not None:
        yield f"  Reason: {row.reason.value.replace('_', ' ')}."
    if row.overturned:
        yield f"  Overturned on {row.overturned_on}: a later answer decides otherwise. The label stays the first."
    if row.flags:
        yield f"  Flags: {', '.join(flag.value for flag in row.flags)}."
    yield "Sent"
    for s in story.submissions:
        ends = "".join(
            f", {word} on {day}" for word, day in (("replaced", s.replaced_on), ("rejected", s.rejected_on)) if day
        )
        this = " (this one)" if s.this else ""
        yield f"  {s.number}. {s.submitted_on}, frequency {s.frequency}, ref {s.ref}{ends}{this}"
    if story.front_ends:
        yield "Front ends"
        for told in story.front_ends:
            ack = told.acknowledgment
            yield f"  {told.known_on}: {'rejected' if ack.rejects else 'accepted'}. {ack.why}"
    yield "Answers" if story.answers else "Answers: none to this line."
    for answer in story.answers:
        yield from _answer(answer)
    yield f"Ripe    {story.ripeness.why}"
    yield f"Trains  {story.training.why}"


def _answer(a: AnswerStory) -> Iterable[str]:
    number = f", payer's number {a.payer_control_number}" if a.payer_control_number else ""
    yield f"  {a.known_on}, {a.part.value.upper()}: remittance {a.remittance}, status {a.status}{number}"
    yield f"    linked by {', '.join(a.linked_by) or 'nothing but the order'}; line by {a.line_linked_by}"
    allowed = "" if a.allowed is None else f", {a.allowed:.2f} allowed"
    yield f"    {a.charge:.2f} charged, {a.paid:.2f} paid{allowed}"
    for adjustment in a.adjustments:
        yield f"    {adjustment.group}-{adjustment.carc} {adjustment.amount:.2f}: {adjustment.counts}"
    if a.remarks:
        yield f"    remarks {', '.join(a.remarks)}"
    if a.unbalanced:
        yield f"    does not add up: {a.unbalanced}"
    if a.part.value == "later":
        yield f"    alone it would say {a.alone.replace('_', ' ')}"
