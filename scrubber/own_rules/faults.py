"""What is wrong with a practice's own rules: file, rule, key, what was found, what was expected, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from claims.errors import UnreadableInput

LONGEST_SHOWN = 60
MOST_TOLD = 60  # names an error lists; beyond, the manual does


class UnreadableRule(UnreadableInput):
    """One place of a file of own rules is not what it should be; `key` is a path of keys such as `when.all[2]`."""

    def __init__(self, file: str, rule: str, key: str, *, found: str, expected: str, advice: str = "") -> None:
        self.file, self.rule, self.key = file, rule, key
        place = ", ".join(part for part in (file, f"rule {rule}" if rule else "", key) if part)
        super().__init__(place, found=found, expected=expected, advice=advice)

    def fields(self) -> dict[str, str | int | None]:
        """The parts of the message, with file, rule and key."""
        return {**super().fields(), "file": self.file, "rule": self.rule or None, "key": self.key or None}


@dataclass(slots=True)
class Faults:
    """All that is wrong with one rule (or with its file), gathered while it is read."""

    file: str
    rule: str = ""
    told: list[UnreadableRule] = field(default_factory=list)

    def tell(self, key: str, found: str, expected: str, advice: str = "") -> None:
        """Note a fault and go on."""
        self.told.append(UnreadableRule(self.file, self.rule, key, found=found, expected=expected, advice=advice))

    def strange_keys(self, key: str, found: Iterable[str], known: Iterable[str], what: str = "key") -> None:
        """Note each key that nobody knows, with the one that was probably meant."""
        names = sorted(known)
        for name in sorted(set(found) - set(names)):
            near = get_close_matches(name, names, 1)
            listed = ", ".join(names) if len(names) <= MOST_TOLD else "one that docs/own-rules.md lists"
            advice = f"Did you mean `{near[0]}`?" if near else ""
            if what in ("key", "operator"):  # what stands before the sign of equality
                self.tell(f"{key}.{name}" if key else name, f"an unknown {what}", listed, advice)
            else:
                self.tell(key, f"{shown(name)}, an unknown {what}", listed, advice)


def shown(value: object) -> str:
    """A value of the file as an error shows it; a long one by its beginning."""
    if value is None:
        return "nothing"
    text = repr(value) if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
