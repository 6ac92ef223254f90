"""The states of the Medicare Coverage Database, which knows parts of some: whole states as claims name them."""

from __future__ import annotations

# as the database has them: a policy is taken for a state where it is of all the state's parts
PARTS = {"NF": "CA", "SF": "CA", "EM": "MO", "WM": "MO", "DN": "NY", "QN": "NY", "UN": "NY"}
OTHER_NAMES = {"CNMI": "MP"}
_EAST = {
    "AL",
    "CT",
    "DC",
    "DE",
    "FL",
    "GA",
    "IL",
    "IN",
    "KY",
    "MA",
    "MD",
    "ME",
    "MI",
    "MS",
    "NC",
    "NH",
    "NJ",
    "NY",
    "OH",
}
_EAST |= {"PA", "RI", "SC", "TN", "VA", "VT", "WI", "WV"}
_WEST = {
    "AK",
    "AR",
    "AZ",
    "CA",
    "CO",
    "HI",
    "IA",
    "ID",
    "KS",
    "LA",
    "MN",
    "MO",
    "MT",
    "ND",
    "NE",
    "NM",
    "NV",
    "OK",
    "OR",
}
_WEST |= {"SD", "TX", "UT", "WA", "WY"}
STATES = frozenset(_EAST | _WEST | {"AS", "GU", "MP", "PR", "VI"})


def whole_states(said: set[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The states among what the database says, a state in parts where all its parts are there; and what is left over.

    >>> states, left = whole_states({"TX", "DN", "QN", "UN", "EM", "CNMI"})
    >>> sorted(states), sorted(left)
    (['MP', 'NY', 'TX'], ['EM'])
    """
    said = {OTHER_NAMES.get(state, state) for state in said if state}
    parts = {state: {part for part, of in PARTS.items() if of == state} for state in PARTS.values()}
    states = (said & STATES) | {state for state, its in parts.items() if its <= said}
    return frozenset(states), frozenset(state for state in said - STATES if PARTS.get(state) not in states)
