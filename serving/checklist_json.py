"""The documentation checklists of a claim as JSON: made once for all claims of which nothing is told."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from scrubber.checklist import Checklist, LinesChecklist, Want

Json = dict[str, object]


def checklists_json(checklists: Sequence[LinesChecklist]) -> list[Json]:
    """Each checklist with its lines; a want names its source by its place in `sources`, for most share one."""
    return [{"lines": each.lines, "procedures": each.procedures, **_of_checklist(each.of)} for each in checklists]


@lru_cache(maxsize=512)
def _of_checklist(checklist: Checklist) -> Json:
    """What does not depend on the lines; a checklist is known by which it is, so that it need not be read again."""
    sources = list(dict.fromkeys((want.citation, want.verified) for want in checklist.wants))
    return {
        "wants": [_want(want, sources.index((want.citation, want.verified))) for want in checklist.wants],
        "sources": [
            {"text": citation.text, "url": citation.url, "verified": verified} for citation, verified in sources
        ],
    }


def _want(want: Want, source: int) -> Json:
    return {
        "item": want.item,
        "wanted": want.wanted or None,
        "state": want.state.value,
        "found": want.told or None,
        "why": want.why or None,
        "rule_ids": list(want.rule_ids),
        "source": source,
    }
