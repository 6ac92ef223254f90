"""What went wrong becomes an RFC 9457 problem here, and nowhere else.

* Problem: an answer the caller can act on; status, title, detail, and located `problems`
  - what the reader of claims raises (`UnreadableInput`): 422
  - what HTTP itself refuses (404, 405 ..): its own status
  - a store that does not answer: 503
  - a fault of ours: 500, logged by its type and place only; its text may quote a claim and is never shown or logged
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from claims.errors import UnreadableInput
from serving.logs import log

PROBLEM_JSON = "application/problem+json"


class Problem(Exception):
    """An answer other than the one asked for, with what the caller can do about it."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        self.status, self.title, self.detail = status, title, detail
        self.headers, self.members = dict(headers or {}), members
        super().__init__(title)

    def body(self) -> dict[str, object]:
        """The members of the problem document."""
        return {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.members,
        }


def problem_response(problem: Problem) -> Response:
    """The problem as an answer."""
    return Response(
        json.dumps(problem.body(), allow_nan=False), problem.status, problem.headers, media_type=PROBLEM_JSON
    )


def add_error_handlers(app: FastAPI) -> None:
    """One handler for each family of errors, and the last net below them."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(UnreadableInput, _on_unreadable)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_request)
    app.add_exception_handler(SQLAlchemyError, _on_store)
    app.add_middleware(LastNet)


async def _on_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(error)


async def _on_unreadable(_: Request, error: Exception) -> Response:
    """A file or claim we cannot read is the caller's to mend: 422, with where and what."""
    assert isinstance(error, UnreadableInput)
    return problem_response(Problem(422, "Nothing of this can be read", str(error), problems=[error.fields()]))


async def _on_http(_: Request, error: Exception) -> Response:
    """What HTTP refuses; the path is not repeated, since callers have been seen to put names into it."""
    assert isinstance(error, HTTPException)
    advice = {
        404: "There is nothing at this path; /openapi.json lists what there is.",
        405: "The path is right, the method is not; see the Allow header.",
    }
    phrase = HTTPStatus(error.status_code).phrase
    detail = advice.get(error.status_code, phrase)
    return problem_response(Problem(error.status_code, phrase, detail, headers=error.headers))


async def _on_request(_: Request, error: Exception) -> Response:
    """A parameter of the wrong form; only its place is said, never its value."""
    assert isinstance(error, RequestValidationError)
    places = ["/".join(str(part) for part in e["loc"]) for e in error.errors()]
    return problem_response(Problem(400, "A parameter has the wrong form", f"Look at {', '.join(places)}."))


async def _on_store(_: Request, error: Exception) -> Response:
    """The store does not answer; what the driver says may quote a row and is not passed on."""
    log.error("store", fault=type(error).__name__, where=where(error))
    detail = "The store cannot be read now, so the past of the claim is not known. Try again in a little while."
    return problem_response(Problem(503, "The store cannot be read", detail, headers={"Retry-After": "5"}))


class LastNet:
    """Turns a fault of ours into a 500 that says nothing of the claim, and logs its type and place.

    The framework's own net logs the exception with its text and the server prints its traceback: either may quote a
    claim. So no exception gets that far.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as fault:  # the type and place alone hold no patient data
            log.error("fault", fault=type(fault).__name__, where=where(fault))
            if not started:
                answer = problem_response(
                    Problem(
                        500,
                        "The service failed",
                        "This is a fault of the service, not of the request. Its log says where.",
                    )
                )
                await answer(scope, receive, send)


def where(fault: BaseException) -> str:
    """The deepest place of a fault as file:line function, without its text."""
    frames = traceback.extract_tb(fault.__traceback__)
    if not frames:
        return ""
    last = frames[-1]
    return f"{'/'.join(last.filename.split('/')[-2:])}:{last.lineno} {last.name}"
