"""Bodies are counted as they arrive, and refused before they are held."""

import asyncio
import json
import tracemalloc
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request

from claims.claim_json import claim_from_json
from serving.app import create_app
from serving.bodies import read_body
from serving.errors import Problem
from serving.examples import CLAIM, X12_EXAMPLE
from serving.intake import bounded
from tests.serving.samples import JSON, TODAY, X12, claim_json, x12_of

URL = "/v1/assessments"


@pytest.fixture
def small(assessor, settings):
    narrow = replace(settings, max_json_bytes=4000, max_x12_bytes=4000, max_claims=2)
    with TestClient(create_app(assessor, narrow, today=lambda: TODAY), base_url="http://127.0.0.1") as client:
        yield client


def test_a_body_within_the_limit_is_read(small):
    assert small.post(URL, content=json.dumps(CLAIM), headers=JSON).status_code == 200
    assert small.post(URL, content=X12_EXAMPLE, headers=X12).status_code == 200


@pytest.mark.parametrize("headers", [JSON, X12])
def test_an_announced_length_over_the_limit_is_refused(small, headers):
    answer = small.post(URL, content=b" " * 4001, headers=headers)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["limit"] == 4000
    assert "cleanclaim score FILE" in answer.json()["detail"]


def test_a_length_that_was_not_announced_is_counted(small):
    answer = small.post(URL, content=(b" " * 1000 for _ in range(5)), headers=JSON)
    assert answer.status_code == 413


@pytest.mark.parametrize("body", [json.dumps([claim_json(id=f"E{i}") for i in range(3)]), x12_of({}, {}, {})])
def test_too_many_claims_are_refused_whole(assessor, settings, body):
    app = create_app(assessor, replace(settings, max_claims=2), today=lambda: TODAY)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        answer = client.post(URL, content=body, headers=JSON if isinstance(body, str) else X12)
    assert answer.status_code == 413
    assert answer.json()["title"] == "Too many claims"


def test_items_of_evidence_left_out_do_not_count_as_claims(assessor, settings):
    app = create_app(assessor, replace(settings, max_claims=2), today=lambda: TODAY)
    body = [{**claim_json(id=f"E{i}"), "evidence": [{"item": "none of ours"}] * 3} for i in range(2)]
    with TestClient(app, base_url="http://127.0.0.1") as client:
        said = client.post(URL, json=body).json()
    assert (len(said["assessments"]), len(said["refused"])) == (2, 6)


def test_an_announced_length_is_enough_to_refuse_without_reading():
    async def receive():
        raise AssertionError("read")

    request = Request({"type": "http", "method": "POST", "headers": [(b"content-length", b"5000001")]}, receive)
    with pytest.raises(Problem):
        asyncio.run(read_body(request, 5_000_000))


def test_reading_stops_at_the_limit_whatever_is_still_to_come():
    pieces = 0

    async def receive():
        nonlocal pieces
        pieces += 1
        return {"type": "http.request", "body": b"x" * 1_000_000, "more_body": True}

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    tracemalloc.start()
    with pytest.raises(Problem):
        asyncio.run(read_body(request, 5_000_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert pieces == 6
    assert peak < 12_000_000


def long_claim(lines, **changes):
    line = claim_json()["claim"]["lines"][0]
    return claim_json(lines=[{**line, "number": i + 1} for i in range(lines)], **changes)


def test_a_claim_of_a_thousand_lines_is_refused_with_its_place_and_its_neighbours_kept(client):
    body = [claim_json(), long_claim(1000, id="ZZLONG"), claim_json(id="ZZAFTER")]
    said = client.post(URL, content=json.dumps(body), headers=JSON).json()
    assert [a["claim_id"] for a in said["assessments"]] == ["EXAMPLE-001", "ZZAFTER"]
    (refused,) = said["refused"]
    assert refused["found"] == "1,000 service lines"
    assert refused["pointer"] == "/1/claim/lines/999"
    assert "Split the claim" in refused["advice"]


def test_a_long_claim_of_an_837p_is_refused_at_its_segment():
    claim = claim_from_json(long_claim(1000))
    lines = tuple(replace(line, segments={"SV1": 100 + line.number}) for line in claim.lines)
    (refused,) = bounded([replace(claim, lines=lines)])
    assert refused.error.fields()["segment_number"] == 1100
    assert refused.claims_lost == 1


def test_999_lines_are_taken_in():
    claim = claim_from_json(long_claim(999))
    assert list(bounded([claim])) == [claim]
