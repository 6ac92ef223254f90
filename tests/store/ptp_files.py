"""NCCI's practitioner PTP edits as CMS packs them, made by hand and small."""

import io
import zipfile
from datetime import date
from pathlib import Path

from store.table_releases import Wanted, import_table

TODAY = date(2026, 11, 2)
HEADING = (
    "CPT only copyright 2026 American Medical Association.  All rights reserved.\t\t\t\t\t\t",
    "Column1/Column2 Edits\t\t\t\t\t\t",
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale",
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t",
    "\t\t\t\t*=no data\t1=allowed\t",
    "\t\t\t\t\t9=not applicable\t",
)
# column 1, column 2, older than 1996, first day, last day, indicator
PARTS = {
    1: [
        ("00104", "62323", "*", "19960101", "*", "0"),
        ("62321", "99213", "", "20240401", "*", "0"),
        ("62321", "99213", "", "20170101", "20231231", "1"),
    ],
    2: [("64483", "77003", "", "20110101", "*", "0"), ("64493", "77003", "", "20100101", "20101231", "1")],
    3: [("99213", "36415", "*", "19960101", "*", "1")],
    4: [("J1030", "96372", "", "20200101", "20200101", "9")],
}


def text_of(rows) -> str:
    """The rows under CMS's six lines of heading."""
    return "\r\n".join((*HEADING, *("\t".join((*row, "Some rationale, in words")) for row in rows))) + "\r\n"


def name_of(part: int, version: str = "322r0") -> str:
    return f"ccipra-v{version}-f{part}"


def archive(path: Path, members: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return path


def quarter(folder: Path, parts=None, version: str = "322r0") -> list[Path]:
    """The archives of a quarter: all four parts, or those given."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        archive(folder / f"practitioner-{name_of(part, version)}.zip", {f"{name_of(part, version)}.TXT": text_of(rows)})
        for part, rows in (parts or PARTS).items()
    ]


def take(home: Path, files, *, name: str = "ptp", today: date = TODAY, **wanted):
    return import_table(home, name, files, Wanted(**wanted), today=today)


def workbook(rows, sheet: str = "Edits") -> bytes:
    """A workbook of one sheet; numbers stay numbers, None leaves a cell out."""

    def cell(at: str, value) -> str:
        if value is None or value == "":
            return ""
        if isinstance(value, int | float):
            return f'<c r="{at}"><v>{value}</v></c>'
        return f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>'

    lines = "".join(
        f'<row r="{i}">{"".join(cell(f"{chr(65 + j)}{i}", value) for j, value in enumerate(row))}</row>'
        for i, row in enumerate(rows, 1)
    )
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        )
        packed.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        packed.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="{sheet}" sheetId="1" r:id="rId1"/>'
            "</sheets></workbook>",
        )
        packed.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}/worksheet" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
        )
        packed.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{lines}</sheetData></worksheet>'
        )
    return content.getvalue()
