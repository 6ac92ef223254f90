"""The example claim and its variations, and the day all tests of this folder take for today."""

import json
from datetime import date

from claims.claim_json import claim_from_json
from serving.examples import CLAIM, X12_EXAMPLE

TODAY = date(2026, 3, 9)
X12 = {"Content-Type": "application/edi-x12"}
JSON = {"Content-Type": "application/json"}


def claim_json(**changes):
    """The example claim with top-level members of `claim` changed; None takes one away."""
    document = json.loads(json.dumps(CLAIM))
    for name, value in changes.items():
        if value is None:
            document["claim"].pop(name, None)
        else:
            document["claim"][name] = value
    return document


def example_claim(**changes):
    return claim_from_json(claim_json(**changes))


def x12_of(*claims):
    """An 837P of several claims; each is a dict of replacements in the example's text."""
    head, _, rest = X12_EXAMPLE.replace("\n", "").partition("HL*2*")
    body, _, tail = rest.partition("SE*")
    loops = []
    for i, changes in enumerate(claims):
        loop = f"HL*{i + 2}*{body}"
        for old, new in changes.items():
            assert old in loop, old
            loop = loop.replace(old, new)
        loops.append(loop)
    count = (head + "".join(loops)).count("~") - 2 + 1
    return f"{head}{''.join(loops)}SE*{count}*{tail.split('*', 1)[1]}".encode()
