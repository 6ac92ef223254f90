"""What a running service may be told: one frozen `Settings`, read from CLEANCLAIM_* variables, a sentence per field.

Policy is never a setting: limits of payers and rules live in dated tables.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, get_type_hints

PREFIX = "CLEANCLAIM_"
MEGABYTE = 1_000_000


class UnsafeSettings(ValueError):
    """A setting that cannot be read, or would open the service wider than asked for; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a running service may be told."""

    home: Annotated[Path, "Folder of the store, imported tables and promoted models."] = Path(".cleanclaim")
    store: Annotated[str, "Database URL of the store; empty: SQLite in the home folder, once something is there."] = ""
    practice: Annotated[str, "Whose records are read; every stored row carries this id."] = "default"
    bundle: Annotated[Path | None, "Folder of the model to serve; empty: the promoted one, else the bundled one."] = (
        None
    )
    host: Annotated[str, "Address to listen on; anything but this machine's own needs allow_remote."] = "127.0.0.1"
    port: Annotated[int, "Port to listen on; 0 takes a free one."] = 8000
    allow_remote: Annotated[bool, "Listen to other machines. There is no log-in: put a proxy with one in front."] = (
        False
    )
    hosts: Annotated[tuple[str, ...], "Host names callers may use, by comma; empty: this machine's names only."] = ()
    workers: Annotated[int, "Processes that answer; each keeps its own copy of the payer history."] = 1
    concurrency: Annotated[int, "Requests served at a time before further ones are turned away with 503."] = 64
    max_json_bytes: Annotated[int, "Largest claim JSON accepted in one request."] = 2 * MEGABYTE
    max_x12_bytes: Annotated[int, "Largest 837P accepted in one request."] = 100 * MEGABYTE
    max_claims: Annotated[int, "Most claims of one request; the command line takes larger files."] = 5000
    log_level: Annotated[str, "Least serious log line written: debug, info, warning or error."] = "info"

    def __post_init__(self) -> None:
        if not self.allow_remote and not _is_this_machine(self.host):
            raise UnsafeSettings(
                f"{PREFIX}HOST is {self.host!r}, which other machines can reach, and nobody would have to log in. "
                f"Expected 127.0.0.1, ::1 or localhost; set {PREFIX}ALLOW_REMOTE=1 where a proxy checks who asks."
            )
        if self.allow_remote and not _is_this_machine(self.host) and not self.hosts:
            raise UnsafeSettings(
                f"{PREFIX}ALLOW_REMOTE is set without {PREFIX}HOSTS. Name the host names callers use, by comma, "
                "so that a web page elsewhere cannot pass itself off as this one."
            )
        for name in ("workers", "concurrency", "max_json_bytes", "max_x12_bytes", "max_claims"):
            if getattr(self, name) < 1:
                raise UnsafeSettings(f"{PREFIX}{name.upper()} is {getattr(self, name)}; expected 1 or more.")
        if not 0 <= self.port <= 65535:
            raise UnsafeSettings(f"{PREFIX}PORT is {self.port}; expected 0 to 65535.")
        if self.log_level not in ("debug", "info", "warning", "error"):
            raise UnsafeSettings(f"{PREFIX}LOG_LEVEL is {self.log_level!r}; expected debug, info, warning or error.")

    def environment(self) -> dict[str, str]:
        """The variables that make `read_settings` give these settings again, for a worker process."""
        return {PREFIX + f.name.upper(): _text(getattr(self, f.name)) for f in fields(self)}


def described() -> dict[str, tuple[object, str]]:
    """For each variable its default and its sentence, for the manual."""
    hints = get_type_hints(Settings, include_extras=True)
    defaults = Settings()
    return {PREFIX + n.upper(): (getattr(defaults, n), hint.__metadata__[0]) for n, hint in hints.items()}


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from CLEANCLAIM_* variables; what is not set keeps its default. Raises UnsafeSettings."""
    given: dict[str, Any] = {}
    defaults = Settings()
    for f in fields(Settings):
        raw = environment.get(PREFIX + f.name.upper(), "").strip()
        if raw:
            given[f.name] = _value(f.name, raw, getattr(defaults, f.name))
    return Settings(**given)


def _value(name: str, raw: str, default: object) -> object:
    if isinstance(default, bool):
        words = {
            "1": True,
            "true": True,
            "yes": True,
            "on": True,
            "0": False,
            "false": False,
            "no": False,
            "off": False,
        }
        if raw.lower() not in words:
            raise UnsafeSettings(f"{PREFIX}{name.upper()} is {raw!r}; expected 1 or 0.")
        return words[raw.lower()]
    if isinstance(default, int):
        try:
            return int(raw)
        except ValueError as error:
            raise UnsafeSettings(f"{PREFIX}{name.upper()} is {raw!r}; expected a whole number.") from error
    if isinstance(default, tuple):
        return tuple(part.strip().lower() for part in raw.split(",") if part.strip())
    return Path(raw) if name in ("home", "bundle") else raw


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return ",".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
