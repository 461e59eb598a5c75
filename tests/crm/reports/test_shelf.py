"""The shelf: every report by name, with the filters it takes."""

from inspect import getdoc, signature

import pytest

from crm.cli.docstrings import arguments
from crm.errors import InvalidInput, NotFound
from crm.reports.filters import filters_of
from crm.reports.report import Report
from crm.reports.shelf import REPORTS

NAMES = sorted(REPORTS)


@pytest.mark.parametrize("name", NAMES)
def test_a_report_can_be_made_of_an_empty_book_and_says_what_it_counts(book, name):
    report = book.reports.make(name)
    assert report.name == name
    assert report.as_of == book.clock.now()
    assert all((report.title, report.definition, report.denominator))
    assert str(report).startswith(report.title)
    assert report.to_html().startswith("<!")
    assert report.notes == ()
    assert {column.title for column in report.columns if column.key == "region"} <= {"Development region"}


@pytest.mark.parametrize("name", NAMES)
def test_a_report_is_a_method_of_the_same_name(book, name):
    made, named = getattr(book.reports, name.replace("-", "_"))(), book.reports.make(name.replace("-", "_"))
    assert isinstance(made, Report)
    assert made == named


@pytest.mark.parametrize("name", NAMES)
def test_a_report_documents_each_of_its_filters(name):
    report = REPORTS[name]
    assert set(signature(report).parameters) == set(arguments(getdoc(report)))
    assert "rows" in filters_of(report)


def test_the_names_are_those_of_commands_and_subscriptions(book):
    assert book.reports.names() == tuple(REPORTS)
    assert "prospects-by-state" in book.reports.names()


def test_a_report_passes_its_filters_on(book):
    made = book.reports.make("prospects-by-state", region="Africa", segment="cloud", language="fr")
    assert made == book.reports.prospects_by_state(region="Africa", segment="cloud", language="fr")


def test_an_unknown_report_or_filter_is_refused_with_those_there_are(book):
    with pytest.raises(NotFound) as unknown:
        book.reports.make("gossip")
    assert "prospects-by-state" in unknown.value.candidates
    with pytest.raises(InvalidInput) as wrong:
        book.reports.make("prospects-by-state", colour="red")
    assert "region" in wrong.value.candidates
