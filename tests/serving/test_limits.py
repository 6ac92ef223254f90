"""Bodies are counted as they arrive, and refused before they are held."""

import asyncio
import json
import tracemalloc
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request

from serving.app import create_app
from serving.bodies import read_body
from serving.errors import Problem
from serving.examples import CLAIM, X12_EXAMPLE
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
