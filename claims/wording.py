"""How an error shows what it found without showing a patient's data."""

from __future__ import annotations

import re

# What an amount, a day, a count, a code or a guide's version looks like; nothing with a space, no long number
_HARMLESS = re.compile(r"[0-9.,/+-]{1,10}|[A-Za-z0-9.+-]{1,5}|00[0-9]{4}X[0-9]{3}[A-Z0-9]{0,2}")


def shown(value: str) -> str:
    """A code, amount or day of service, quoted; anything that could be a name or a member's number by its length.

    >>> shown("20241399"), shown("ABC"), shown("Somebody"), shown("DOE 1950"), shown("")
    ("'20241399'", "'ABC'", 'a value of 8 characters', 'a value of 8 characters', 'nothing')
    """
    return repr(value) if _HARMLESS.fullmatch(value) else described(value)


def described(value: str) -> str:
    """A value that may be a patient's, by its length alone.

    >>> described("Somebody"), described("")
    ('a value of 8 characters', 'nothing')
    """
    if not value:
        return "nothing"
    return f"a value of {len(value)} character{'' if len(value) == 1 else 's'}"
