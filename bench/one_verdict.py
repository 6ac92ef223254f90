"""`python -m bench.one_verdict pyx12|oxedi FILE`: what another program says of a file, as JSON.

In a process of its own, because pyx12 may raise, or read on for minutes.
"""

from __future__ import annotations

import io
import json
import logging
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def pyx12(path: Path) -> Row:
    """Whether pyx12's own command takes the file, and how often it finds which code in which element."""
    from pyx12.params import ParamsBase
    from pyx12.x12n_document import x12n_document

    logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)
    said = io.StringIO()
    valid = x12n_document(ParamsBase(), str(path), None, None, fd_json=said)
    errors: Counter[str] = Counter()
    _collect(json.loads(said.getvalue() or "{}"), "", errors)
    return {"valid": bool(valid), "errors": errors}


def _collect(node: Row, where: str, errors: Counter[str]) -> None:
    for error in node.get("errors", []):
        errors[f"{where or 'envelope'} code {error['err_cde']}"] += 1
    for group in ("interchanges", "groups", "transactions"):
        for child in node.get(group, []):
            _collect(child, group[:-1], errors)
    for segment in node.get("segments", []):
        name = segment["seg_id"]
        _collect(segment, name, errors)
        for element in segment.get("elements", []):
            part = f"-{element['subele_pos']}" if element["subele_pos"] else ""
            _collect(element, f"{name}{element['ele_pos'] or 0:02d}{part}", errors)


def oxedi(path: Path) -> Row:
    """The rows of an 835 as oxedi reads them, in the order of the file, and what it says against it."""
    import oxedi as reader

    result = reader.parse(path.read_bytes())
    tables = {name: result.tables[name].to_pandas().to_dict("records") for name in result.tables.keys()}  # noqa: SIM118
    ids = [_text(c["claim_id"]) for c in tables["claims"]]
    claims = [
        (ids[i], _text(c["claim_status"]), _amount(c["charge_amount"]), _amount(c["payment_amount"]),
         _amount(c["patient_responsibility"]) or "0", _text(c["payer_control_number"]))
        for i, c in enumerate(tables["claims"])
    ]  # fmt: skip
    services = [
        (s["claim"], _text(s["procedure_code"]), _amount(s["charge_amount"]), _amount(s["payment_amount"]),
         _amount(s["allowed_amount"]), _text(s["line_item_control_number"]))
        for s in tables["services"]
    ]  # fmt: skip
    adjustments = [
        (a["claim"], _text(a["group_code"]), _text(a["reason_code"]), _amount(a["amount"]), _amount(a["quantity"]))
        for a in tables["adjustments"]
    ]
    return {
        "claims": claims,
        "services": services,
        "adjustments": adjustments,
        "moved": [(_text(p["reason_code"]), _amount(p["amount"])) for p in tables["provider_adjustments"]],
        "errors": Counter(d.kind for d in result.diagnostics),
    }


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else ""


def _amount(value: object) -> str:
    """An amount without zeros that say nothing, "" for none."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) and value.is_finite() else ""


def main() -> None:
    """One program, one file."""
    program, path = sys.argv[1:]
    try:
        said = {"pyx12": pyx12, "oxedi": oxedi}[program](Path(path))
    except Exception as error:  # whatever it is, it is that program's verdict
        said = {"crash": type(error).__name__, "detail": str(error)[:80] if program == "pyx12" else ""}
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
