"""How an error shows what it found without showing a patient's data."""

from __future__ import annotations


def shown(value: str) -> str:
    """A code, amount or day of service, quoted; anything that could be a name only by its length.

    >>> shown("20241399"), shown("ABC"), shown("Somebody"), shown("")
    ("'20241399'", "'ABC'", 'a value of 8 characters', 'nothing')
    """
    harmless = len(value) <= 3 or (len(value) <= 20 and any(c.isdigit() for c in value))
    return repr(value) if value and harmless and value.isascii() and value.isprintable() else described(value)


def described(value: str) -> str:
    """A value that may be a patient's, by its length alone.

    >>> described("Somebody"), described("")
    ('a value of 8 characters', 'nothing')
    """
    if not value:
        return "nothing"
    return f"a value of {len(value)} character{'' if len(value) == 1 else 's'}"
