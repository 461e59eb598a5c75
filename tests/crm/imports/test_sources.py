import codecs
import hashlib
import io

import pytest

from crm.errors import InvalidInput, NotFound
from crm.imports.sources import opened_table

TEXT = "Company,HQ\r\nŽižkov Zürich Nairobi ОАО 株式会社,NA\r\n"


def rows(source, *, encoding=None, columns=("Company", "HQ")):
    with opened_table(source, columns=columns, encoding=encoding) as table:
        return [line.cells for line in table.rows()]


@pytest.mark.parametrize("data", [TEXT.encode(), codecs.BOM_UTF8 + TEXT.encode()])
@pytest.mark.parametrize("encoding", [None, "utf-8"])
def test_utf8_is_read_with_and_without_bom(data, encoding):
    assert rows(io.BytesIO(data), encoding=encoding) == [("Žižkov Zürich Nairobi ОАО 株式会社", "NA")]


def test_a_bom_wins_over_a_wrong_encoding():
    assert rows(io.BytesIO(codecs.BOM_UTF8 + TEXT.encode()), encoding="cp1252") == [
        ("Žižkov Zürich Nairobi ОАО 株式会社", "NA")
    ]


def test_a_text_file_that_is_open_is_read_as_it_is():
    assert rows(io.StringIO(TEXT, newline="")) == [("Žižkov Zürich Nairobi ОАО 株式会社", "NA")]


def test_a_path_is_read_as_text_or_path(tmp_path):
    path = tmp_path / "c.csv"
    path.write_bytes(TEXT.encode())
    assert rows(path) == rows(str(path)) == [("Žižkov Zürich Nairobi ОАО 株式会社", "NA")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1250"])
def test_another_encoding_is_read_when_it_is_named(encoding):
    text = "Company,HQ\r\nŽižkov,CZ\r\n"
    assert rows(io.BytesIO(text.encode(encoding)), encoding=encoding) == [("Žižkov", "CZ")]


def test_a_file_in_another_encoding_is_refused_with_the_place():
    data = b"Company,HQ\nGood,KE\nZ\xfcrich,CH\n"
    with pytest.raises(InvalidInput) as refused, opened_table(io.BytesIO(data)):
        pass
    assert refused.value.row == 3
    assert "byte 0xfc at position 20" in str(refused.value)
    assert "cp1252" in refused.value.hint


def test_the_place_is_right_beyond_the_first_block_and_inside_a_character():
    data = b"Company\n" + b"x\n" * 600_000 + "é".encode()[:1]
    with pytest.raises(InvalidInput) as refused, opened_table(io.BytesIO(data)):
        pass
    assert refused.value.row == 600_002
    assert f"position {len(data) - 1}" in str(refused.value)


@pytest.mark.parametrize(
    "data", [TEXT.encode("utf-16"), codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be")], ids=["little", "big"]
)
@pytest.mark.parametrize("encoding", [None, "utf-8"])
def test_utf16_with_a_byte_order_mark_is_read(data, encoding):
    assert rows(io.BytesIO(data), encoding=encoding) == [("Žižkov Zürich Nairobi ОАО 株式会社", "NA")]


def test_utf16_that_breaks_off_is_refused_with_the_line():
    data = "Company\nAcme\nZürich".encode("utf-16") + b"\x00"
    with pytest.raises(InvalidInput) as refused, opened_table(io.BytesIO(data)):
        pass
    assert refused.value.row == 3
    assert "UTF-16" in str(refused.value)


def test_utf16_without_bom_is_recognised_by_its_header():
    with pytest.raises(InvalidInput, match="utf-16-le"):
        rows(io.BytesIO("Company,HQ\n".encode("utf-16-le")))


@pytest.mark.parametrize("encoding", ["klingon", "base64"])
def test_an_encoding_that_does_not_exist_is_refused(encoding):
    with pytest.raises(InvalidInput) as refused, opened_table(io.BytesIO(b"a\n"), encoding=encoding):
        pass
    assert refused.value.field == "encoding"


def test_half_a_character_is_refused():
    with pytest.raises(InvalidInput, match=r"U\+D800"), opened_table(io.StringIO("Company\n\ud800\n")):
        pass


def test_an_archive_that_is_none_is_refused():
    with pytest.raises(InvalidInput, match="damaged"), opened_table(io.BytesIO(b"PK\x03\x04rest")):
        pass


def test_a_workbook_of_an_old_excel_is_refused_with_the_remedy():
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
    with pytest.raises(InvalidInput, match=r"\.xlsx without a password"), opened_table(io.BytesIO(old)):
        pass


def test_a_text_file_has_no_sheets():
    with pytest.raises(InvalidInput, match="no workbook"), opened_table(io.BytesIO(b"a\n"), sheet="2026"):
        pass


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(NotFound, match="no file"), opened_table(tmp_path / "none.csv"):
        pass


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="cannot be read"), opened_table(tmp_path):
        pass


def test_the_callers_file_stays_open():
    source = io.BytesIO(TEXT.encode())
    rows(source)
    assert not source.closed


def test_a_file_is_known_again_by_its_digest():
    with opened_table(io.BytesIO(TEXT.encode())) as table:
        assert table.digest == hashlib.sha256(TEXT.encode()).hexdigest()
