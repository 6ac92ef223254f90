"""`payers check` and `payers new`; and the word every command says of profiles that were left out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from rich.text import Text

from claims.claim import PayerType
from claims.errors import UnreadableFile, UnreadableInput
from cli.console import emit, say, stdout
from scrubber.profiles import FOLDER, Known, clashes, known_to, read_profile
from scrubber.profiles.reading import KEY
from scrubber.profiles.template import Beginning, template
from scrubber.tables import Tables, load_tables
from scrubber.tables.profiles import Profile
from serving.settings import Settings


def say_left_out(tables: Tables) -> int:
    """Say on standard error which profiles were left out; 1 where there was one, as something was refused."""
    for lost in tables.profiles.refused:
        rest = len(lost.problems) - 1
        more = f"; and {rest} more: `cleanclaim payers check` lists them" if rest else ""
        say(f"payer profile left out: {str(lost.problems[0]).rstrip('.')}{more}")
    return 1 if tables.profiles.refused else 0


def check_profiles(settings: Settings, file: Path | None, *, as_json: bool) -> int:
    """Say what is wrong with the practice's profiles, or with one file."""
    tables = load_tables(settings.home)
    if file is not None:
        profile, problems = read_profile(file, _known(tables))
        if profile is not None:
            problems = clashes.with_others(profile, [p for p in tables.profiles.read if p.file != file.name])
            profile = None if problems else profile
        _report(file.name, profile, problems, as_json=as_json)
        return 2 if problems else 0
    for lost in tables.profiles.refused:
        _report(lost.file, None, lost.problems, as_json=as_json)
    for profile in tables.profiles.read:
        _report(profile.file, profile, (), as_json=as_json)
    if not (tables.profiles.read or tables.profiles.refused) and not as_json:
        stdout().print(
            Text(f"No profiles in {settings.home / FOLDER}. `cleanclaim payers new KEY` begins one."), soft_wrap=True
        )
    return 1 if tables.profiles.refused else 0


def _report(file: str, profile: Profile | None, problems: Iterable[UnreadableInput], *, as_json: bool) -> None:
    problems = tuple(problems)
    if as_json:
        emit(
            {
                "file": file, "ok": not problems, "key": profile.key if profile else None,
                "problems": [{**problem.fields(), "detail": str(problem)} for problem in problems],
            }
        )  # fmt: skip
        return
    console = stdout()
    if profile is not None:
        console.print(Text(f"{file}: {profile.name}, {len(profile.entries)} entries, nothing wrong"))
        return
    console.print(Text(f"{file}: left out, {len(problems)} thing{'s' if len(problems) > 1 else ''} wrong", "bold"))
    for problem in problems:
        console.print(Text(f"  {problem}"), soft_wrap=True)


def new_profile(
    settings: Settings, key: str, name: str, ids: tuple[str, ...], kind: PayerType | None, by: str, today: date,
    *, as_json: bool,
) -> int:  # fmt: skip
    """Write the file a biller begins with."""
    known = _known(load_tables(settings.home))
    row = known.payers.get(key)
    begun = Beginning(
        key, name or (row.name if row else key.replace("_", " ")),
        kind.value if kind else row.type if row else PayerType.COMMERCIAL.value, ids, by,
    )  # fmt: skip
    path = settings.home / FOLDER / f"{key}.toml"
    _refuse_bad_key(key)
    text = template(begun, known, today)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UnreadableFile(
            str(path), found="a file", expected="no file of that name", advice="It stays as it is: edit it."
        ) from None
    except OSError as error:
        raise UnreadableFile(
            str(path), found=(error.strerror or "a folder that cannot be written").lower(), expected="room for a file"
        ) from error
    _, problems = read_profile(path, known)
    for problem in problems:  # a type the table contradicts, for one
        say(f"still wrong: {problem}")
    if as_json:
        emit({"file": str(path), "key": key, "ok": not problems})
    else:
        stdout().print(Text(f"Wrote {path}. Fill it in, then run `cleanclaim payers check`."), soft_wrap=True)
    return 1 if problems else 0


def _refuse_bad_key(key: str) -> None:
    if not re.fullmatch(KEY, key):
        raise UnreadableInput(
            "KEY", found=repr(key), expected="small letters, digits and underscores, beginning with a letter"
        )


def _known(tables: Tables) -> Known:
    """What a profile may refer to; the payer table without the practice's own profiles."""
    rows = tables.payers.releases[-1].rows if tables.payers.releases else {}
    return known_to(rows, tables.families)
