"""A small practice's files for the tests of the store: claims, answers, a replacement, a correction. All invented."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from claims.x12 import Envelope, write_835, write_837
from store import Store
from tests.past.builders import SENT, SERVICE, a_claim, a_line, a_reversal, a_service, an_answer

SECRET = bytes(range(32))
END = date(2026, 12, 31)
FIRST_ANSWER, REPLACED, SECOND_ANSWER = date(2026, 1, 30), date(2026, 2, 3), date(2026, 2, 27)


def open_store(folder: Path, **options) -> Store:
    """A store whose secret is known, so that the keys of two stores can be compared."""
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / "default.secret"
    if not secret.exists():
        secret.write_bytes(SECRET)
    return Store.open(folder / "store.db", **{"family_of": lambda code: f"family of {code[:3]}", **options})


def as_837(claims, *, day, interchange) -> bytes:
    return write_837(claims, Envelope("SENDER", "RECEIVER", interchange, 1, 1, day, False))


def as_835(answers, *, day, interchange) -> bytes:
    paid = sum(answer.paid for answer in answers)
    payment = replace(answers[0].payment, amount=paid, paid_on=day, produced_on=day, trace=f"TRACE{interchange}")
    return write_835(payment, answers, Envelope("PAYER", "RECEIVER", interchange, 1, 1, day, False))


@dataclass(frozen=True)
class Files:
    """Four files, in the order of their days."""

    sent: Path
    answered: Path
    replaced: Path
    corrected: Path

    @property
    def all(self) -> tuple[Path, ...]:
        return (self.sent, self.answered, self.replaced, self.corrected)


def the_files(folder: Path) -> Files:
    """An original denied and replaced, a payment reversed and corrected, a claim sent twice, one never answered."""
    folder.mkdir(parents=True, exist_ok=True)
    denied = a_claim(a_line(1, control="A1"), a_line(2, "64494", "300.00", control="A2"), id="ACC-A", patient="ZZA")
    paid = a_claim(a_line(1, "62323", "700.00", control="B1"), id="ACC-B", patient="ZZB")
    other_visit = a_claim(a_line(1, "99213", "150.00", control="C1"), id="ACC-C", patient="ZZA")
    silent = a_claim(a_line(1, "20610", "90.00", control="D1"), id="ACC-D", patient="ZZD")
    replacement = a_claim(
        a_line(1, modifiers=["50"], control="A1"),
        a_line(2, "64494", "300.00", control="A2"),
        id="ACC-A", patient="ZZA", sent=REPLACED, frequency="7", original_reference="ICN-A",
    )  # fmt: skip
    again = a_claim(a_line(1, "99213", "150.00", control="C1"), id="ACC-C", patient="ZZA", sent=REPLACED)
    first_b = an_answer(paid, a_service(paid.lines[0], "CO-45 200.00", paid="500.00"), icn="ICN-B")
    first = [
        an_answer(
            denied, a_service(denied.lines[0], "CO-197 500.00"), a_service(denied.lines[1], "CO-97 300.00"), icn="ICN-A"
        ),
        first_b,
        an_answer(other_visit, a_service(other_visit.lines[0], "PR-1 150.00"), icn="ICN-C"),
    ]
    second = [
        an_answer(
            replacement,
            a_service(replacement.lines[0], "CO-45 100.00", paid="400.00"),
            a_service(replacement.lines[1], "CO-45 50.00", paid="250.00"),
            icn="ICN-A7", known=SECOND_ANSWER,
        ),
        a_reversal(first_b, known=SECOND_ANSWER),
        an_answer(paid, a_service(paid.lines[0], "CO-50 700.00"), icn="ICN-B", known=SECOND_ANSWER),
        an_answer(again, a_service(again.lines[0], "CO-18 150.00"), icn="ICN-C2", known=SECOND_ANSWER),
        an_answer(a_claim(a_line(code="20553"), id="NEVER-SENT"), a_service(a_line(code="20553")), icn="ICN-Z"),
    ]  # fmt: skip
    files = Files(*(folder / name for name in ("1.837", "2.835", "3.837", "4.835")))
    files.sent.write_bytes(as_837([denied, paid, other_visit, silent], day=SENT, interchange=1))
    files.answered.write_bytes(as_835(first, day=FIRST_ANSWER, interchange=11))
    files.replaced.write_bytes(as_837([replacement, again], day=REPLACED, interchange=2))
    files.corrected.write_bytes(as_835(second, day=SECOND_ANSWER, interchange=12))
    return files


def decided(line, *, denied):
    return a_service(line, f"CO-197 {line.charge}") if denied else a_service(line, paid=line.charge)


def many_files(folder: Path, days: int, claims_a_day: int) -> list[Path]:
    """Files of claims and of their answers, day after day, of a few returning patients."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for i in range(days):
        day = SENT + timedelta(days=i)
        claims = [
            a_claim(
                a_line(1, ("64493", "62323", "99213")[n % 3], 100 + n, day=SERVICE + timedelta(days=i), control="1"),
                id=f"ACC-{i}-{n}", patient=f"ZZ{n % 5}", sent=day,
            )
            for n in range(claims_a_day)
        ]  # fmt: skip
        known = day + timedelta(days=14)
        answers = [
            an_answer(c, decided(c.lines[0], denied=n % 4 == 0), known=known, icn=f"ICN{i:03}{n:03}")
            for n, c in enumerate(claims)
        ]
        paths += [folder / f"{i:03}.837", folder / f"{i:03}.835"]
        paths[-2].write_bytes(as_837(claims, day=day, interchange=i + 1))
        paths[-1].write_bytes(as_835(answers, day=known, interchange=i + 1))
    return paths
