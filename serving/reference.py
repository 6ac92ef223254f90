"""`/docs`: the API on one page, from the OpenAPI document plug-ins read; no script, nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from serving.pages import page

router = APIRouter(include_in_schema=False)


@router.get("/docs", response_class=HTMLResponse)
def reference(request: Request) -> HTMLResponse:
    """Every call, with examples that work when pasted."""
    spec: dict[str, Any] = request.app.openapi()
    base = str(request.base_url).rstrip("/")
    intro = "".join(f"<p>{escape(part)}</p>" for part in spec["info"]["description"].split("\n"))
    calls = "".join(
        _call(base, method.upper(), path, operation)
        for path, operations in spec["paths"].items()
        for method, operation in operations.items()
    )
    links = '<p><a href="/openapi.json">openapi.json</a>, <a href="/v1/schema/claim">JSON Schema of a claim</a></p>'
    return HTMLResponse(page(f"The API, version {spec['info']['version']}", intro + links + calls))


def _call(base: str, method: str, path: str, operation: dict[str, Any]) -> str:
    said = "".join(f"<p>{escape(part)}</p>" for part in operation.get("description", "").split("\n\n"))
    return (
        f"<section><h2><code>{method} {escape(path)}</code></h2>{said}{_parameters(operation)}"
        f"{_examples(base, method, path, operation)}{_answers(operation)}</section>"
    )


def _parameters(operation: dict[str, Any]) -> str:
    items = "".join(
        f"<li><code>{escape(p['name'])}</code> ({escape(p['in'])}): {escape(p.get('description', ''))}</li>"
        for p in operation.get("parameters", ())
    )
    return f"<h3>Parameters</h3><ul>{items}</ul>" if items else ""


def _examples(base: str, method: str, path: str, operation: dict[str, Any]) -> str:
    shown = [f"<pre>{escape(command)}</pre>" for command in _commands(base, method, path, operation)]
    return "<h3>Try it</h3>" + "".join(shown)


def _commands(base: str, method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        yield f"curl -s {base}{path}"
    for kind, body in content.items():
        for example in body.get("examples", {}).values():
            value = example["value"]
            text = value if isinstance(value, str) else json.dumps(value, indent=1)
            yield (
                f"# {example.get('summary', kind)}\n"
                f"curl -s -X {method} {base}{path} -H 'Content-Type: {kind}' --data-binary @- <<'BODY'\n{text}\nBODY"
            )


def _answers(operation: dict[str, Any]) -> str:
    items = "".join(
        f"<li><strong>{escape(status)}</strong> {escape(answer.get('description', ''))}</li>"
        for status, answer in operation.get("responses", {}).items()
    )
    return f"<h3>Answers</h3><ul>{items}</ul>"
