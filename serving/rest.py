"""The REST door: POST claims, get an assessment of each; what stands behind an answer; the catalogue of rules."""

from __future__ import annotations

import time
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic_core import to_json

from claims.claim_json import claim_schema
from scrubber.registry import RULES, Rule
from serving.assess import Assessor, assessment_json
from serving.assessment_json import Json, banner_of, model_json, refusal_json, table_json
from serving.bodies import media_type, read_body
from serving.desk import Desk
from serving.errors import PROBLEM_JSON, Problem
from serving.examples import CLAIM_EXAMPLES, X12_EXAMPLE
from serving.intake import MOST_SIMILAR, Intake, read_day, read_json, read_similar, read_x12, take_in
from serving.logs import log
from serving.schemas import AnswerShape, HealthShape, ProblemShape, ReadyShape, RuleShape

JSON_TYPE = "application/json"
LITTLE = 16 * 1024  # bytes of claim JSON: a claim or a few, answered in the time it takes to hand them to a thread
X12_TYPES = ("application/edi-x12", "text/plain", "application/octet-stream")

router = APIRouter()


def desk_of(request: Request) -> Desk:
    """What the app answers with; asked for by each route, for as a dependency it would be resolved anew each time."""
    desk: Desk = request.app.state.desk
    return desk


def _problem(description: str) -> dict[str, object]:
    return {"description": description, "content": {PROBLEM_JSON: {"schema": ProblemShape.model_json_schema()}}}


@router.post(
    "/v1/assessments",
    summary="Assess claims before they are sent",
    tags=["assessments"],
    responses={
        200: {"model": AnswerShape, "description": "An assessment of every claim that could be read."},
        400: _problem("A parameter is unknown or has the wrong form."),
        413: _problem("The body or the number of claims is over the limit."),
        415: _problem("The body is neither an 837P nor claim JSON."),
        422: _problem("Not one claim could be read; `problems` says where and what to do."),
        503: _problem("The store cannot be read now."),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "An 837P (005010X222A1), or claim JSON: one claim or a list of them.",
            "content": {
                X12_TYPES[0]: {
                    "schema": {"type": "string"},
                    "examples": {"one_claim": {"summary": "An 837P of one claim", "value": X12_EXAMPLE}},
                },
                JSON_TYPE: {"schema": {}, "examples": CLAIM_EXAMPLES},
            },
        }
    },
)
async def assess_claims(
    request: Request,
    as_of: Annotated[
        str | None, Query(description="The day the claims would be sent, YYYY-MM-DD; today when left out.")
    ] = None,
    similar: Annotated[
        str | None,
        Query(
            description=f"Beside each line up to so many denied and paid past lines of its like, 1 to {MOST_SIMILAR}."
        ),
    ] = None,
) -> Response:
    """Assess every claim of an 837P or of a claim JSON before it is sent.

    One claim that cannot be read never costs its neighbours: it is listed under `refused` with its place.
    """
    _only_known(request, "as_of", "similar")
    desk = desk_of(request)
    day, alike = read_day(as_of, desk.today()), read_similar(similar)
    kind = media_type(request)
    if kind in X12_TYPES:
        body, read = await read_body(request, desk.settings.max_x12_bytes), read_x12
    elif kind == JSON_TYPE:
        body, read = await read_body(request, desk.settings.max_json_bytes), read_json
    else:
        raise Problem(
            415,
            "The body is neither an 837P nor claim JSON",
            f"Say what it is: Content-Type: {X12_TYPES[0]} for an 837P, {JSON_TYPE} for claim JSON.",
            headers={"Accept-Post": ", ".join((*X12_TYPES, JSON_TYPE))},
        )

    def answer() -> bytes:
        start = time.perf_counter()
        intake = take_in(body, read, desk.settings.max_claims)
        if not intake.claims:
            raise _nothing_read(intake)
        assessor = desk.assessor()
        assessed = list(assessor.assess_all(lambda: intake.claims, day, similar=alike))
        answered = {
            "as_of": day.isoformat(),
            "banner": banner_of(assessor.model_used(), assessor.degraded),
            "assessments": [assessment_json(a) for a in assessed],
            "refused": [refusal_json(r) for r in intake.refused],
        }
        log.info(
            "assessed",
            claims=len(assessed),
            refused=len(intake.refused),
            lines=sum(len(a.lines) for a in assessed),
            ref=assessed[0].ref,
            ms=round(1000 * (time.perf_counter() - start), 1),
        )
        return _json(answered)

    at_once = kind == JSON_TYPE and len(body) <= LITTLE and desk.warm and not alike
    content = answer() if at_once else await run_in_threadpool(answer)
    desk.answered()
    return Response(content, media_type=JSON_TYPE)


@router.get("/v1/rules", summary="List the rules", tags=["catalogue"], responses={200: {"model": list[RuleShape]}})
def list_rules(request: Request) -> Response:
    """Every rule with the policy it rests on, and after the catalogue the practice's own."""
    _only_known(request)
    practice = desk_of(request).assessor().practice
    own = [one.rule for one in practice.own.rules] if practice else []
    return Response(_json([_rule(r) for r in (*(RULES[i] for i in sorted(RULES)), *own)]), media_type=JSON_TYPE)


@router.get(
    "/v1/schema/claim",
    summary="The JSON Schema of a claim",
    tags=["catalogue"],
    responses={200: {"content": {"application/schema+json": {}}}},
)
def get_claim_schema(request: Request) -> Response:
    """The JSON Schema of claim JSON."""
    _only_known(request)
    return Response(_json(claim_schema()), media_type="application/schema+json")


@router.get("/healthz", summary="Whether it answers", tags=["operation"], response_model=HealthShape)
async def healthz() -> dict[str, str]:
    """Whether the process answers at all; asks nothing of store or model."""
    return {"status": "ok"}


@router.get(
    "/readyz",
    summary="Whether it is ready, and on what its answers rest",
    tags=["operation"],
    responses={200: {"model": ReadyShape}, 503: _problem("The store cannot be read now.")},
)
def readyz(request: Request) -> Response:
    """What an answer given now would rest on: model, tables, store. Rules alone are ready too."""
    desk = desk_of(request)
    assessor = desk.assessor()
    today = desk.today()
    answer: Json = {
        "status": "ready",
        "version": product_version(),
        "model": model_json(assessor.model_used()),
        "degraded": assessor.model is None,
        "degraded_why": assessor.degraded or None,
        "reload_failed": desk.reload_failed or None,
        "rules": len(RULES),
        "own_rules": _own_rules(desk, assessor, today),
        "tables": [table_json(t) for t in assessor.tables.status(today, today)],
        "profiles_left_out": [
            {"file": lost.file, "problems": [str(problem) for problem in lost.problems]}
            for lost in assessor.tables.profiles.refused
        ],
        "store": "store" if assessor.pasts.own else "none",
        "last_event": assessor.pasts.last_event(),
    }
    return Response(_json(answer), media_type=JSON_TYPE)


def _own_rules(desk: Desk, assessor: Assessor, today: date) -> Json:
    practice = assessor.practice
    return {
        "rules": len(practice.own.rules) if practice else 0,
        "overrides": len(practice.overrides.in_force(today)) if practice else 0,
        "faults": [fault.fields() for fault in practice.own.faults] if practice else [],
        "reload_failed": desk.rules_failed or None,
    }


def product_version() -> str:
    """The version that is installed."""
    try:
        return version("cleanclaim")
    except PackageNotFoundError:  # run from a bare checkout
        return "unreleased"


def _only_known(request: Request, *known: str) -> None:
    """A misspelt parameter must not be taken for none: `asof=2025-01-01` would quietly mean today."""
    if not set(request.query_params) <= set(known):
        expected = f"Expected {' or '.join(known)}." if known else "None is expected here."
        raise Problem(400, "Unknown query parameter", expected)


def _nothing_read(intake: Intake) -> Problem:
    lost = sum(r.claims_lost for r in intake.refused)
    return Problem(
        422,
        "Not one claim could be read",
        f"{lost or 'No'} claim{'' if lost == 1 else 's'} found, none readable. {intake.refused[0].error}",
        problems=[refusal_json(r) for r in intake.refused],
    )


def _rule(rule: Rule) -> Json:
    return {
        "rule_id": rule.id,
        "rule_version": rule.version,
        "name": rule.name,
        "summary": rule.summary,
        "severity": rule.severity.word,
        "reason": rule.reason.value,
        "carcs": list(rule.carcs),
        "payer_types": sorted(t.value for t in rule.payer_types),
        "effective": rule.effective.isoformat() if rule.effective else None,
        "until": rule.until.isoformat() if rule.until else None,
        "confidence": rule.confidence,
        "citation": {"text": rule.citation.text, "url": rule.citation.url},
    }


def _json(value: object) -> bytes:
    """Compact JSON in UTF-8; what JSON cannot say (NaN, infinity) is null, as `assessment_json` has it.

    Pydantic's writer, which FastAPI brings along: an answer has hundreds of numbers, which it writes three times as
    fast as `json`.
    """
    return to_json(value, inf_nan_mode="null")
