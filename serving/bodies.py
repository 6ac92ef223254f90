"""Request bodies: read in pieces and counted, so that a large one is refused before it is held."""

from __future__ import annotations

from fastapi import Request

from serving.errors import Problem


def media_type(request: Request) -> str:
    """The media type of the body, lower case, without parameters; "" when the caller gave none."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body, at most `limit` bytes; a longer one is a 413, a compressed one a 415.

    The announced length is looked at first, and what really arrives is counted all the same.
    """
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
        raise Problem(415, "The body is compressed", "Send it as it is, without Content-Encoding.")
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise _too_large(limit)
    pieces: list[bytes] = []
    arrived = 0
    async for piece in request.stream():
        arrived += len(piece)
        if arrived > limit:
            raise _too_large(limit)
        pieces.append(piece)
    return b"".join(pieces)


def _too_large(limit: int) -> Problem:
    return Problem(
        413,
        "The body is too large",
        f"At most {limit:,} bytes are read here. Send fewer claims, or use `cleanclaim score FILE`.",
        limit=limit,
        headers={"Connection": "close"},
    )
