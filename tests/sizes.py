"""How large the pretend practices of the slow tests are.

Small enough by default that a fact is shown and no more; as large as they were first tried with where
`CLEANCLAIM_TESTS=full` is set, for an interval that is narrower and a history that is longer.
"""

import os


def sized(usual, full):
    return full if os.environ.get("CLEANCLAIM_TESTS") == "full" else usual
