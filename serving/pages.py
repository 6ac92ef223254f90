"""The biller's page: drop an 837P, work the list from the gravest and the most dollars down. Plain HTML, no script."""

from __future__ import annotations

from email.parser import BytesParser
from html import escape
from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from claims.errors import UnreadableInput
from claims.reading import Refusal
from models.band import Pair, in_whole_percent
from scrubber.checklist import LinesChecklist, State, Want
from scrubber.report import Finding
from serving.assess import Assessment
from serving.assessment import Attention, LineAssessment, Remedy, most_urgent_first
from serving.assessment_json import banner_of
from serving.bodies import read_body
from serving.desk import Desk
from serving.errors import Problem
from serving.intake import read_day, read_x12, take_in
from serving.rest import desk_of
from serving.twice import twice
from serving.waiting import waiting

router = APIRouter(include_in_schema=False)

ATTENTION_WORDS = {
    Attention.REJECT: "Would be rejected",
    Attention.DENY: "Denial foreseen",
    Attention.RISK: "By the odds",
}
FORM_OVERHEAD = 10_000  # bytes a form adds around the file


@router.get("/", response_class=HTMLResponse)
def front_page(request: Request) -> HTMLResponse:
    """The page to drop a file on."""
    return HTMLResponse(page("Check claims before they are sent", _banner(desk_of(request)) + _form()))


@router.get("/style.css")
def style() -> Response:
    """How the page looks."""
    return Response(files("serving").joinpath("style.css").read_text(encoding="utf-8"), media_type="text/css")


@router.post("/", response_class=HTMLResponse)
async def worklist(request: Request) -> HTMLResponse:
    """The claims of the file, those to look at first on top."""
    desk = desk_of(request)
    try:
        body = await read_body(request, desk.settings.max_x12_bytes + FORM_OVERHEAD)
        content = await run_in_threadpool(_answer, desk, request.headers.get("content-type", ""), body)
    except Problem as problem:
        return _trouble(desk, problem.title, problem.detail, problem.status)
    except UnreadableInput as error:
        return _trouble(desk, "Nothing of this can be read", str(error), 422)
    return HTMLResponse(content)


def in_working_order(assessed: list[Assessment]) -> list[Assessment]:
    """Gravest first, then most dollars at risk; what has no dollars figure comes last of its kind."""
    return sorted(assessed, key=most_urgent_first)


def _answer(desk: Desk, content_type: str, body: bytes) -> str:
    if media_type_of(content_type) != "multipart/form-data":
        raise Problem(415, "Not this page's form", "Use the form below, or POST the file to /v1/assessments.")
    fields = form_fields(content_type, body)
    day = read_day(fields.get("as_of", b"").decode("ascii", "replace").strip() or None, desk.today())
    sent = fields.get("file", b"").strip() or fields.get("text", b"").strip()
    if not sent:
        raise Problem(422, "There is nothing to read", "Choose an 837P file, or paste its text.")
    intake = take_in(sent, read_x12, desk.settings.max_claims)
    assessed = in_working_order(list(desk.assessor().assess_all(lambda: intake.claims, day)))
    count = len(assessed)
    title = f"{count} claim{'' if count == 1 else 's'} as of {day.isoformat()}"
    parts = [
        _banner(desk),
        _refused(intake.refused),
        _twice(assessed),
        _table(assessed),
        *map(_claim, assessed),
        _form(),
    ]
    return page(title, "".join(parts))


def media_type_of(content_type: str) -> str:
    """The media type without its parameters."""
    return content_type.split(";", maxsplit=1)[0].strip().lower()


def form_fields(content_type: str, body: bytes) -> dict[str, bytes]:
    """The fields of a multipart form, read with the standard library's mail parser: the same grammar."""
    header = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser().parsebytes(header + body)
    fields: dict[str, bytes] = {}
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            fields.setdefault(name, content)
    return fields


def _trouble(desk: Desk, title: str, detail: str, status: int) -> HTMLResponse:
    said = f'<p class="trouble" role="alert">{escape(detail)}</p>'
    return HTMLResponse(page(title, _banner(desk) + said + _form()), status)


def page(title: str, content: str) -> str:
    """A whole page around its content; `title` is escaped here, `content` is HTML already."""
    """A whole page around its content, which must be escaped already."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)} - Cleanclaim</title><link rel="stylesheet" href="/style.css"></head>'
        f'<body><header><a href="/">Cleanclaim</a> <a href="/payers">Payers</a></header>'
        f"<main><h1>{escape(title)}</h1>{content}</main>"
        "<footer><p>A person decides each fix; nothing here edits or sends a claim. What you drop is not kept. "
        '<a href="/docs">The API</a></p></footer></body></html>'
    )


def _banner(desk: Desk) -> str:
    assessor = desk.assessor()
    text = banner_of(assessor.model_used(), assessor.degraded)
    return f'<p class="banner" role="note">{escape(text)}</p>' if text else ""


def _form() -> str:
    return (
        '<form method="post" action="/" enctype="multipart/form-data"><h2>Check a batch</h2>'
        '<p><label for="file">An 837P file</label> <input type="file" id="file" name="file"></p>'
        '<p><label for="text">or its text</label>'
        '<textarea id="text" name="text" rows="6" spellcheck="false" placeholder="ISA*00*"></textarea></p>'
        '<p><label for="as_of">The day it would be sent (today when left empty)</label> '
        '<input type="date" id="as_of" name="as_of"></p><p><button>Check the claims</button></p></form>'
    )


def _refused(refused: tuple[Refusal, ...]) -> str:
    if not refused:
        return ""
    lost = sum(r.claims_lost for r in refused)
    items = "".join(
        f"<li>{escape(r.claim_id + ': ' if r.claim_id else '')}{escape(str(r.error))}</li>" for r in refused
    )
    return (
        f'<section class="trouble" role="alert"><h2>Could not be read: {lost} claim{"" if lost == 1 else "s"}</h2>'
        f"<ul>{items}</ul></section>"
    )


def _twice(assessed: list[Assessment]) -> str:
    """Claim numbers that stand more than once in the file."""
    return "".join(f'<p class="banner" role="note">{escape(sentence)}</p>' for sentence in twice(assessed))


def _table(assessed: list[Assessment]) -> str:
    heads = ("Attention", "Claim", "Payer", "Risk", "Dollars at risk", "Why", "What helps")
    head = "".join(f'<th scope="col">{h}</th>' for h in heads)
    rows = "".join(_row(a) for a in assessed)
    doubted = ". A risk in brackets is not to be relied on yet: its claim says why" if _any_doubted(assessed) else ""
    return (
        f"<table><caption>Work from the top: gravest first, then most dollars at risk{doubted}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _any_doubted(assessed: list[Assessment]) -> bool:
    return any(a.abstained and a.risk is not None for a in assessed)


def _row(a: Assessment) -> str:
    remedy = a.first_remedy
    return (
        f'<tr class="{a.attention.value}"><td>{ATTENTION_WORDS[a.attention]}</td>'
        f'<th scope="row"><a href="#{a.ref}">{escape(a.claim_id)}</a></th><td>{escape(a.payer_id)}</td>'
        f'<td class="number">{_risk(a.risk, a.abstained)}</td><td class="number">{_money(a.expected_loss)}</td>'
        f"<td>{escape(_why(a))}</td><td>{escape(remedy.text) if remedy else ''}</td></tr>"
    )


def _claim(a: Assessment) -> str:
    abstained = "".join(f"<p>Not to be relied on yet: {escape(why)}</p>" for why in a.abstentions)
    findings = "".join(
        f"<li><strong>{escape(f.severity.word)}</strong> {_on_line(f.line)}{escape(f.message)} "
        f"{_overridden(f)}"
        f"<small>{escape(f.rule_id)}, {escape(f.location.loop)} {escape(f.location.element)}, box "
        f'{escape(f.cms1500_box)}. <a href="{escape(_link(f.citation.url))}">{escape(f.citation.text)}</a></small></li>'
        for f in a.findings
    )
    remedies = "".join(_remedy(r) for r in a.all_remedies)
    lines = "".join(_line(line) for line in a.lines)
    return (
        f'<details id="{a.ref}"><summary>Claim {escape(a.claim_id)}: {ATTENTION_WORDS[a.attention].lower()}, '
        f"risk {_risk(a.risk, a.abstained)}, {_money(a.expected_loss)} at risk</summary>{abstained}"
        + _section("What the rules object to", f"<ul>{findings}</ul>" if findings else "")
        + _section("What would help", f"<ul>{remedies}</ul>" if remedies else "")
        + f'<table><caption>Service lines</caption><thead><tr><th scope="col">Line</th><th scope="col">Code</th>'
        '<th scope="col">Risk</th><th scope="col">Between</th><th scope="col">Expected allowed</th>'
        '<th scope="col">What raises it</th></tr></thead>'
        f"<tbody>{lines}</tbody></table>{_not_checked(a)}{_switched_off(a)}"
        f"{''.join(map(_record, a.checklists))}</details>"
    )


def _line(line: LineAssessment) -> str:
    raises = ", ".join(r.reason.value.replace("_", " ") for r in line.reasons[:3] if r.log_odds > 0)
    doubts = "".join(f"<br><small>Not to be relied on yet: {escape(why)}</small>" for why in line.abstentions)
    return (
        f'<tr><th scope="row">{line.line}</th><td>{escape(line.procedure)}</td>'
        f'<td class="number">{_risk(line.risk, line.abstained)}</td><td class="number">{_band(line.band)}</td>'
        f'<td class="number">{_money(line.expected_allowed)}</td><td>{escape(raises)}{doubts}</td></tr>'
    )


def _band(band: Pair | None) -> str:
    """The lowest and the highest chance that fits what was counted; nothing where the model came without."""
    return "" if band is None else " to ".join(in_whole_percent(band))


def _remedy(r: Remedy) -> str:
    after = ""
    if r.risk_after is not None:
        after = f" <small>Then: risk {r.risk_after:.0%}, {_money(r.dollars_after)} at risk on the claim.</small>"
    requires = f" <small>Only if: {escape(r.requires.rstrip('.'))}.</small>" if r.requires else ""
    return f"<li>{_on_line(r.line)}{escape(r.text)}{requires}{after}</li>"


def _not_checked(a: Assessment) -> str:
    """What could not be looked at, by what was missing."""
    items = "".join(
        f"<li>{escape(entry.said)} <small>{escape(', '.join(entry.rule_ids))}</small></li>"
        for entry in waiting(a.unchecked)
    )
    return _section("Not checked", f"<ul>{items}</ul>" if items else "")


def _record(c: LinesChecklist) -> str:
    """What the record should hold of a procedure, folded away: what falls short first, then what nobody told us."""
    wants = sorted(c.of.wants, key=lambda want: (want.state is State.PRESENT, want.state is State.UNKNOWN))
    rows = "".join(map(_want, wants))
    return (
        f"<details><summary>What the record should hold: {escape(c.summary)}</summary><table>"
        '<thead><tr><th scope="col">State</th><th scope="col">Item</th><th scope="col">Wanted</th>'
        f'<th scope="col">Asked by</th></tr></thead><tbody>{rows}</tbody></table></details>'
    )


def _want(want: Want) -> str:
    wanted = f"{want.wanted}. " if want.wanted else ""
    doubt = "" if want.verified else " (not verified)"
    return (
        f'<tr><td>{want.state.value}</td><th scope="row">{escape(want.item.replace("_", " "))}</th>'
        f"<td>{escape(wanted[:1].upper() + wanted[1:] + (want.why or want.meaning))}</td><td>"
        f'{escape(", ".join(want.rule_ids))}: <a href="{escape(_link(want.citation.url))}">'
        f"{escape(want.citation.text)}</a>{doubt}</td></tr>"
    )


def _overridden(f: Finding) -> str:
    """That the practice re-rated the rule: who, when and why."""
    word = f.overridden
    if word is None:
        return ""
    return f"<em>(was {escape(word.severity.word)}: {escape(word.by)}, {word.on}, {escape(word.why)})</em> "


def _switched_off(a: Assessment) -> str:
    """What is not shown, because the practice switched its rules off."""
    items = "".join(
        f"<li>{escape(rule_id)} {_on_line(line)}{escape(word.by)}, {word.on}: {escape(word.why)}</li>"
        for rule_id, line, word in a.switched_off
    )
    return _section("Findings of rules you switched off", f"<ul>{items}</ul>" if items else "")


def _section(title: str, content: str) -> str:
    return f"<h3>{title}</h3>{content}" if content else ""


def _why(a: Assessment) -> str:
    if a.findings:
        return a.findings[0].message
    shares = [share for line in a.lines for share in line.reasons[:1] if share.log_odds > 0]
    strongest = max(shares, key=lambda share: share.log_odds, default=None)
    return strongest.reason.value.replace("_", " ") if strongest else ""


def _on_line(line: int | None) -> str:
    return f"Line {line}: " if line is not None else ""


def _risk(risk: float | None, abstained: bool) -> str:
    if risk is None:
        return "not known"
    return f"({risk:.0%})" if abstained else f"{risk:.0%}"


def _money(amount: object) -> str:
    return "not known" if amount is None else f"${amount}"


def _link(url: str) -> str:
    return url if url.startswith(("https://", "http://")) else "#"
