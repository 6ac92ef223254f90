"""Opening the store: its file, connections, tables and the practice's secret."""

from __future__ import annotations

import contextlib
import hmac
import os
import re
import secrets
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, make_url, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DatabaseError

from store.errors import UnusableStore
from store.schema import HEAD, practices

FILE_NAME = "store.db"
SECRET_BYTES = 32
BUSY_SECONDS = 60  # how long one writer waits for another
PRACTICE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
OWNER_ONLY = 0o600
WRITES = "cleanclaim_writes"


def open_engine(url_or_path: str | Path, home: Path | None) -> tuple[Engine, Path]:
    """An engine over migrated tables, and the folder where the secret is kept."""
    url, path = _address(url_or_path)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _create_for_owner(path)
        home = home or path.parent
    if home is None:
        raise UnusableStore(
            url.render_as_string(hide_password=True),
            found="a database server without a home folder",
            expected="`home`, the folder for the practice's secret: it must not lie in the database",
        )
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS} if path is not None else {})
    if path is not None:
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
    try:
        _migrate(engine)
    except DatabaseError as error:
        raise UnusableStore(
            str(path) if path is not None else url.render_as_string(hide_password=True),
            found=f"no database that can be used ({error.orig})",
            expected="a store, or a file that does not exist yet",
        ) from None
    return engine, home


def writing(engine: Engine) -> Engine:
    """The engine for transactions that write: they take the write lock when they begin, so none fails half-way."""
    return engine.execution_options(**{WRITES: True})


def _address(url_or_path: str | Path) -> tuple[URL, Path | None]:
    """The URL, and the path when it is a SQLite file."""
    if isinstance(url_or_path, str) and "://" in url_or_path:
        try:
            url = make_url(url_or_path)
        except ArgumentError:
            raise UnusableStore(
                "the store's URL", found="no URL", expected="sqlite:///path or a server's URL"
            ) from None
        if url.get_backend_name() != "sqlite":
            return url, None
        if not url.database or url.database == ":memory:":
            raise UnusableStore(
                "the store's URL", found="a database in memory", expected="a file: the store is what the practice keeps"
            )
        return url, Path(url.database)
    path = Path(url_or_path)
    if path.is_dir():
        path = path / FILE_NAME
    return URL.create("sqlite", database=str(path)), path


def _create_for_owner(path: Path) -> None:
    """Create the file readable by its owner alone; SQLite gives its -wal and -shm files the same rights."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, OWNER_ONLY))
    except FileExistsError:
        return  # its rights are the administrator's business by now


def _on_connect(connection: Any, _record: object) -> None:
    """Set up a SQLite connection; transactions are begun by us, so that reads and writes are told apart."""
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")  # with WAL: a killed process loses nothing that was committed
    connection.execute("PRAGMA foreign_keys=ON")


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES)
    sqlite: Any = connection.connection.driver_connection  # itself: every answer begins with this
    sqlite.execute("BEGIN IMMEDIATE" if writes else "BEGIN")


def _version(connection: Connection) -> str | None:
    """The store's version; None for an empty database."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise UnusableStore(
            "the store", found="a database with tables of something else", expected="a store, or an empty database"
        )
    version: str | None = connection.scalar(text("select version_num from alembic_version"))
    return version


def _migrate(engine: Engine) -> None:
    """Bring the tables to the newest version; costs one query when they are."""
    with engine.connect() as connection:
        if _version(connection) == HEAD:
            return
    from store.migrate import upgrade  # Alembic is slow to import and rarely needed  # noqa: PLC0415

    upgrade(writing(engine))


def practice_secret(engine: Engine, home: Path, practice: str) -> bytes:
    """The practice's secret, made on first use; never another one than its rows were written with."""
    if not PRACTICE_NAME.fullmatch(practice):
        raise UnusableStore(
            "the practice's name", found=repr(practice), expected="1 to 64 letters, digits, hyphens or underscores"
        )
    path = home / f"{practice}.secret"
    with engine.connect() as connection:
        known = connection.scalar(select(practices.c.secret_check).where(practices.c.id == practice))
    if known is None:
        secret = _read_or_make(path)
        with writing(engine).begin() as connection:
            known = connection.scalar(select(practices.c.secret_check).where(practices.c.id == practice))
            if known is None:
                known = _check(secret)
                connection.execute(insert(practices).values(id=practice, secret_check=known, labels=0))
    elif path.exists():
        secret = path.read_bytes()
    else:
        raise UnusableStore(
            str(path),
            found="no file",
            expected="the secret this store was begun with",
            advice="Restore it from a backup.",
        )
    if not hmac.compare_digest(_check(secret), known or ""):
        raise UnusableStore(
            str(path),
            found="another secret",
            expected="the one this store was begun with: patients would no longer be recognized",
            advice="Restore it from a backup.",
        )
    return secret


def _read_or_make(path: Path) -> bytes:
    """The secret in the file, which is made whole or not at all; of two processes the first wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY), "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return path.read_bytes()


def _check(secret: bytes) -> str:
    return hmac.new(secret, b"cleanclaim store", sha256).hexdigest()
