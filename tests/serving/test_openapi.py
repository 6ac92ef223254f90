"""The published shape: it changes only on purpose, and its examples work when pasted.

After an intended change: CLEANCLAIM_REFRESH=1 pytest tests/serving/test_openapi.py, then read the difference.
"""

import json
import os
from pathlib import Path

from serving.schemas import AnswerShape

SNAPSHOT = Path(__file__).with_name("openapi.json")


def test_the_published_shape_changes_only_on_purpose(client):
    document = json.dumps(client.get("/openapi.json").json(), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("CLEANCLAIM_REFRESH"):
        SNAPSHOT.write_text(document, encoding="utf-8")
    assert document == SNAPSHOT.read_text(encoding="utf-8")


def examples(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for kind, content in operation.get("requestBody", {}).get("content", {}).items():
                for name, example in content.get("examples", {}).items():
                    yield method, path, kind, name, example["value"]


def test_every_example_works_when_pasted(client):
    tried = list(examples(client.get("/openapi.json").json()))
    assert {kind for _, _, kind, _, _ in tried} == {"application/edi-x12", "application/json"}
    for method, path, kind, name, value in tried:
        content = value if isinstance(value, str) else json.dumps(value)
        answer = client.request(method, path, content=content, headers={"Content-Type": kind})
        assert answer.status_code == 200, (name, answer.text)
        said = AnswerShape.model_validate(answer.json())
        assert said.assessments
        assert said.refused == []


def test_every_operation_says_what_it_does(client):
    for methods in client.get("/openapi.json").json()["paths"].values():
        for operation in methods.values():
            assert operation["description"].rstrip().endswith(".")
