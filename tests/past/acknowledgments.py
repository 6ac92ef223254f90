"""277CA and 999 files for tests, segment by segment. Everyone in them is invented."""

from datetime import date

NPI = "1234567893"


def envelope(segments, *, group, kind, version, day, interchange, sender="PAYER", receiver="SENDER"):
    body = [f"ST*{kind}*0001*{version}", *segments]
    header = (
        f"ISA*00*          *00*          *ZZ*{sender:15}*ZZ*{receiver:15}*{day:%y%m%d}*1200*^*00501*"
        f"{interchange:09}*0*P*:"
    )
    group_header = f"GS*{group}*{sender}*{receiver}*{day:%Y%m%d}*1200*{interchange}*X*{version}"
    trailers = [f"SE*{len(body) + 1}*0001", f"GE*1*{interchange}", f"IEA*1*{interchange:09}"]
    return "".join(f"{segment}~" for segment in (header, group_header, *body, *trailers)).encode()


def a_patient(claim_id, code, action, amount, *, number="", day="", on=date(2026, 1, 12)):
    """The segments of one claim's acknowledgment."""
    segments = [
        "HL*4*3*PT", "NM1*QC*1*ZZTEST*PATIENT****MI*ZZMEMBER", f"TRN*2*{claim_id}",
        f"STC*{code}*{on:%Y%m%d}*{action}*{amount}",
    ]  # fmt: skip
    segments += [f"REF*1K*{number}"] if number else []
    return segments + ([f"DTP*472*{'RD8' if '-' in day else 'D8'}*{day}"] if day else [])


def wire_277ca(
    patients, *, day=date(2026, 1, 12), interchange=41, payer="MEDI1", reference="BATCH1", batch="", provider="",
    npi=NPI, received=date(2026, 1, 10),
):  # fmt: skip
    """A 277CA with the given patient levels; `batch` and `provider` are an STC of those levels."""
    segments = [
        f"BHT*0085*08*ACK1*{day:%Y%m%d}*1200*TH",
        "HL*1**20*1", f"NM1*PR*2*PAYER {payer}*****PI*{payer}", "TRN*1*X", f"DTP*050*D8*{received:%Y%m%d}",
        f"DTP*009*D8*{day:%Y%m%d}",
        "HL*2*1*21*1", "NM1*41*2*CLINIC*****46*SENDER", f"TRN*2*{reference}",
        batch or f"STC*A1:19:PR*{day:%Y%m%d}*WQ*1000", "QTY*90*1", "AMT*YU*1000",
        "HL*3*2*19*1", f"NM1*85*2*CLINIC*****XX*{npi}", "TRN*1*0", *([provider] if provider else []),
        *patients,
    ]  # fmt: skip
    return envelope(segments, group="HN", kind="277", version="005010X214", day=day, interchange=interchange)


def a_999(transaction, code):
    """The segments of one set's acknowledgment."""
    return [f"AK2*837*{transaction}*005010X222A1", f"IK5*{code}"]


def wire_999(sets, *, verdict, group=7, day=date(2026, 1, 9), interchange=31, receiver="SENDER"):
    """A 999 for a group, with the given sets."""
    counts = f"{len(sets)}*{len(sets)}*0"
    return envelope(
        [f"AK1*HC*{group}*005010X222A1", *sets, f"AK9*{verdict}*{counts}"],
        group="FA", kind="999", version="005010X231A1", day=day, interchange=interchange, sender="RECEIVER",
        receiver=receiver,
    )  # fmt: skip
