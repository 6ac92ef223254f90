"""Brings the tables to the newest version, inside one transaction that holds the write lock."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from store.errors import UnusableStore

SCRIPTS = Path(__file__).parent / "migrations"


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def newest() -> str | None:
    """The newest migration there is."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


def upgrade(engine: Engine) -> None:
    """Run what is missing; a second process waits for the first and then finds nothing to do."""
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:  # a table that is rebuilt would take its children's rows along; only outside a transaction
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                command.upgrade(configuration(connection), "head")
                if sqlite and connection.execute(text("PRAGMA foreign_key_check")).first():
                    raise UnusableStore(
                        "the migration", found="rows without their parent", expected="none", advice="Restore a backup."
                    )
        except CommandError:
            raise UnusableStore(
                "the store", found="tables of a newer version", expected="this version's or older", advice="Upgrade."
            ) from None
        finally:
            if sqlite:
                connection.connection.cursor().execute("PRAGMA foreign_keys=ON")
