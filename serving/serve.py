"""Run the service."""

from __future__ import annotations

import gc
import os
import sys

import uvicorn
from fastapi import FastAPI

from claims.errors import CleanclaimError
from serving.app import build_assessor, create_app
from serving.desk import local_today
from serving.logs import configure_logs
from serving.settings import Settings, UnsafeSettings, read_settings
from serving.start import meet

GRACE_SECONDS = 10  # a request being answered when the service is told to stop may end
MADE_BEFORE_A_LOOK = 20_000  # objects; an answer makes some thousands and lets go of all of them, without cycles


def app_from_environment() -> FastAPI:
    """The app a worker process builds for itself, from CLEANCLAIM_* variables."""
    settings = read_settings(os.environ)
    configure_logs(settings.log_level)
    return _app(settings)


def _app(settings: Settings) -> FastAPI:
    """The app; tables and model stay for good, so that the garbage collector need not walk through them again."""
    assessor = build_assessor(settings)
    meet(assessor, local_today())
    app = create_app(assessor, settings)
    gc.collect()
    gc.freeze()
    gc.set_threshold(MADE_BEFORE_A_LOOK, *gc.get_threshold()[1:])
    return app


def serve(settings: Settings) -> None:
    """Answer until told to stop."""
    configure_logs(settings.log_level)
    app: FastAPI | str
    if settings.workers == 1:
        app = _app(settings)
    else:  # each worker is a process of its own and reads the settings anew
        os.environ.update(settings.environment())
        app = "serving.serve:app_from_environment"
    uvicorn.run(
        app,
        factory=settings.workers > 1,
        workers=settings.workers,
        host=settings.host.strip("[]"),
        port=settings.port,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=settings.concurrency,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def main() -> int:
    """Serve with the settings of the environment; the exit code, 2 for settings or files that cannot be used."""
    try:
        serve(read_settings(os.environ))
    except (CleanclaimError, UnsafeSettings) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
