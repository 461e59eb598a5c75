"""Workbooks to import, as spreadsheets write them and as nobody should."""

import io
import zipfile
from datetime import date, datetime

from openpyxl import Workbook

_WORKBOOK = """<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>"""
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="{type}" Target="{target}"/></Relationships>'
)
_TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"""
_SHEET = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


def workbook(*rows, header=("Company", "HQ"), **sheets) -> io.BytesIO:
    """A workbook with these rows on its first sheet; further sheets by name, each a list of rows."""
    book = Workbook()
    for row in (header, *rows):
        book.active.append(list(row))
    for name, held in sheets.items():
        sheet = book.create_sheet(name)
        for row in held:
            sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def raw_workbook(rows: str, *, parts=(), compression=zipfile.ZIP_DEFLATED) -> io.BytesIO:
    """A workbook whose only sheet holds these rows as they stand in its XML, with further parts in the archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr(
            "_rels/.rels", _RELS.format(type=f"{_OFFICE}/officeDocument", target="xl/workbook.xml")
        )
        archive.writestr("xl/workbook.xml", _WORKBOOK)
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            _RELS.format(type=f"{_OFFICE}/worksheet", target="worksheets/sheet1.xml"),
        )
        archive.writestr("xl/worksheets/sheet1.xml", f"{_SHEET}{rows}</sheetData></worksheet>")
        for name, content in parts:
            archive.writestr(name, content)
    file.seek(0)
    return file


def xml_row(number: int, *cells: str) -> str:
    """A row of texts, in XML."""
    held = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
    return f'<row r="{number}">{held}</row>'


DAY, TIME = date(2026, 11, 24), datetime(2026, 11, 24, 9, 30)  # noqa: DTZ001 - a cell has no time zone
