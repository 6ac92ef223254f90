"""A practice's claims and remittances as its billing system might export them: one row a line and answer."""

import csv
import io

from past.exchange import Received, Sent
from past.linking import link
from tests.past.builders import SENT

HEADER = (
    "Claim No", "Line", "CPT", "Mods", "Dx", "Units", "Charge", "DOS", "Billed", "Posted", "Paid", "Allowed",
    "Payer ID", "Payer", "Order", "Adj", "RARC", "ICN", "Freq", "Orig", "NPI", "Chart", "Comment",
)  # fmt: skip

MAP = """
source = "pretend"
[file]
dates = ["%m/%d/%Y"]
[columns]
claim_id = "Claim No"
line = "Line"
code = "CPT"
modifiers = ["Mods"]
diagnoses = ["Dx"]
units = "Units"
charge = "Charge"
service_from = "DOS"
submitted_on = "Billed"
decided_on = "Posted"
paid = "Paid"
allowed = "Allowed"
payer_id = "Payer ID"
payer_name = "Payer"
payer_turn = "Order"
remarks = ["RARC"]
payer_control_number = "ICN"
frequency = "Freq"
original_reference = "Orig"
billing_npi = "NPI"
patient_id = "Chart"
[adjustments]
packed = ["Adj"]
"""


def us(day):
    return f"{day:%m/%d/%Y}" if day else ""


def dollars(amount):
    return "" if amount is None else f"(${-amount:,.2f})" if amount < 0 else f"${amount:,.2f}"


def rows_of(claims, remittances):
    """A row for each line and answer; a line without answer has one row. Answers by line only: others have no row."""
    sent = [Sent(f"s{i:06}", c.origin.known_on if c.origin else SENT, c) for i, c in enumerate(claims)]
    received = [Received(f"r{i:06}", r.known_on, r) for i, r in enumerate(remittances)]
    by_ref, told = {r.ref: r.remittance for r in received}, {s.ref: [] for s in sent}
    for entry in link(sent, received):
        if entry.submission:
            told[entry.submission].append((by_ref[entry.remittance], entry))
    for s in sent:
        for i, line in enumerate(s.claim.lines):
            answers = [
                (r, x) for r, entry in told[s.ref]
                for x, service in zip(r.lines, entry.services, strict=True) if service.line == i
            ]  # fmt: skip
            for r, x in answers or [(None, None)]:
                yield row_of(s.claim, s.known_on, line, r, x)


def row_of(claim, sent_on, line, r, x):
    charge = line.charge if x is None else x.charge
    return (
        claim.id, line.number, line.code, " ".join(line.modifiers), ",".join(d.code for d in claim.diagnoses_of(line)),
        line.units, dollars(charge), us(line.service_from), us(sent_on), us(r and r.known_on),
        dollars(x and x.paid), dollars(x and x.allowed), claim.payer.id, claim.payer.name, claim.payer.sequence,
        ";".join(f"{a.group}-{a.carc}:{a.amount}" for a in x.adjustments) if x else "",
        " ".join((*x.remarks, *r.remarks)) if x else "", r.payer_control_number if r else "", claim.frequency,
        claim.original_reference, claim.billing.npi, claim.medical_record_number or claim.subscriber.member_id, "n/a",
    )  # fmt: skip


def as_csv(rows, header=HEADER):
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def write_export(folder, claims, remittances):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "export.csv").write_bytes(as_csv(rows_of(claims, remittances)))
    (folder / "map.toml").write_text(MAP)
    return folder / "export.csv"
