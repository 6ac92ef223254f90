"""Entries of the catalogue that are no scrub rules: questions to the store, asked after the remittance.

A report query finds nothing on a claim about to be sent, is no feature, and is not in `RULES`. Its id is of the same
catalogue, and never used for a rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """A question a practice asks of its own store, and the command that answers it."""

    id: str
    name: str
    summary: str
    why: str
    inputs: str
    carcs: tuple[str, ...]
    remedy: str
    command: str
    examples: tuple[str, ...]


_QUERIES = (
    ReportQuery(
        id="DOC-015",
        name="audit_sample",
        summary="A month's claims to audit, some of every clinician and of every kind.",
        why="Payers review notes long after they have paid, and take back what the notes do not bear out. A small "
        "audit every month finds it first. The sample is drawn by rendering clinician and by kind of claim (visit, "
        "procedure, drug test, visit and procedure of one day); the same month, size and seed draw the same claims. "
        "For each claim the report says what to look at, visit and procedure each in its own note: what the "
        "documentation rules ask of the procedure, what bears out the level of the visit (EM-002), and whether "
        "modifiers 25 and 59 are borne out (MOD-002, MOD-004). What no record told us is unknown, not passed. "
        "Claims are named by their ids; no patient is.",
        inputs="the claims sent in the month (837P)",
        carcs=(),
        remedy="Read the notes of the claims drawn. Correct a claim the note does not bear out, and pay back what was "
        "paid for it; tell the clinician what the note should have said.",
        command="cleanclaim report audit-sample",
        examples=("cleanclaim report audit-sample --month 2026-03 --size 20 --seed 7",),
    ),
    ReportQuery(
        id="FIN-004",
        name="underpaid",
        summary="A paid line was allowed less than the contract says, or than this payer usually allows.",
        why="CARC 45 takes what lies above the contract, and nobody checks that the contract was read right. The "
        "report compares what was allowed with the practice's own contract rates where it gives them, else with the "
        "median of the payer's own decisions for the same code, kind of place and pricing modifiers, known before the "
        "line was answered and in the year before. It never compares a line with itself or with later decisions. "
        "Lines denied, cut for a reason of their own (CARC 59 for later procedures of a session), paid beside another "
        "payer, or with too few earlier decisions are counted and not compared; sequestration (CARC 253) and the "
        "patient's share are part of what was allowed. What a reversal took back counts no more: the answer that "
        "stands does.",
        inputs="claims and remittances (837P, 835); contract rates, where the practice has them (CSV)",
        carcs=("45",),
        remedy="Read the contract and the remittance; where the payer owes more, dispute the payment within its limit.",
        command="cleanclaim report underpaid",
        examples=("cleanclaim report underpaid --since 2026-03-01 --rates contracts.csv",),
    ),
)
REPORT_QUERIES: Mapping[str, ReportQuery] = MappingProxyType({query.id: query for query in _QUERIES})
