"""Hypothesis strategies for damaged files: the same mutations as the long runs, but shrunk by hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.fuzz.bases import FILES
from tests.fuzz.bases import KINDS as ALL_KINDS
from tests.fuzz.mutations import MUTATIONS

KINDS = st.sampled_from(ALL_KINDS)
STEPS = st.sampled_from([0, 0, 0, 7, 61, 512])  # bytes at a time; 0: all at once


@st.composite
def damaged(draw: st.DrawFn, *names: str) -> tuple[bytes, str]:
    """A file and its kind, after one accident or several of those named (any, when none is)."""
    kind = draw(KINDS)
    document = draw(st.sampled_from(FILES[kind]))
    chance = draw(st.randoms(use_true_random=False))
    for name in draw(st.lists(st.sampled_from(sorted(names or MUTATIONS)), min_size=1, max_size=4)):
        document = MUTATIONS[name](document, chance)
    return document, kind
