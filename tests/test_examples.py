"""Every `python` block of the README and the docs runs, in order, on a book of its own."""

import os
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from sybil import Document, Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    page
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    if "```python" in page.read_text("utf-8")
]


def test_the_readme_has_examples():
    assert ROOT / "README.md" in PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_examples_of_a_page_run(page, database_url, tmp_path, monkeypatch):
    monkeypatch.setenv("CRM_DATA_FOLDER", os.environ["ACCORD_TEST_FOLDER"])
    monkeypatch.setenv("CRM_BOOK", make_url(database_url).database)
    monkeypatch.chdir(tmp_path)

    for example in _document(page):
        example.evaluate()


def _document(page: Path) -> list:
    sybil = Sybil(parsers=[PythonCodeBlockParser()], patterns=["*.md"])
    document: Document = sybil.parse(page)
    examples = list(document.examples())
    assert examples
    return examples
