"""The composition root of the service: one assessor behind its doors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date

from fastapi import FastAPI

from serving import pages, payer_pages, reference, rest
from serving.assess import Assessor
from serving.desk import Desk, local_today
from serving.errors import add_error_handlers
from serving.guard import Guard
from serving.logs import AccessLog, log
from serving.settings import Settings
from serving.start import build_assessor

__all__ = ["build_assessor", "create_app"]

DESCRIPTION = """
Says, before a claim is sent, which service lines the payer will deny, why, and which honest fix changes that.
Errors are RFC 9457 problems (`application/problem+json`). The claim sent is not stored and not logged.
"""


def create_app(assessor: Assessor, settings: Settings, *, today: Callable[[], date] = local_today) -> FastAPI:
    """An app over a given assessor; nothing is read or opened here but what the assessor already holds."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        desk: Desk = app.state.desk
        model = desk.assessor().model
        log.info(
            "ready",
            model=model.name if model else None,
            model_version=model.version if model else None,
            degraded=model is None,
        )
        lost = desk.assessor().tables.profiles.refused
        if lost:  # which, and why, `/readyz` and `cleanclaim payers check` tell: the names of payers stay out of logs
            log.error("payer profiles left out", refused=len(lost))
        yield
        log.info("stopped")

    app = FastAPI(
        title="Cleanclaim",
        description=DESCRIPTION.strip(),
        version=rest.product_version(),
        docs_url=None,  # those pages load their script from elsewhere; serving.reference writes /docs
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.desk = Desk(assessor, settings, today)
    app.include_router(rest.router)
    app.include_router(pages.router)
    app.include_router(payer_pages.router)
    app.include_router(reference.router)
    add_error_handlers(app)
    app.add_middleware(Guard, hosts=settings.hosts)
    app.add_middleware(AccessLog)
    return app
