import pytest
from support.reference_facts import shipped_facts

from crm.reference.segment import Segment, matching_segments


def segment(slug, keywords):
    fields = {
        "slug": slug,
        "position": 1,
        "name": slug,
        "keywords": keywords,
        "source": "test",
        "certainty": "derived",
    }
    return Segment.model_validate(fields)


def slugs(text, segments=None):
    return [
        match.segment.slug for match in matching_segments(text, segments or shipped_facts("segments.csv"))
    ]


@pytest.mark.parametrize(
    ("industry", "expected"),
    [
        ("Semiconductors & Semiconductor Equipment", ["semiconductors"]),
        ("Integrated Telecommunications Services", ["operators"]),
        ("Telecommunications equipment", ["equipment"]),
        ("Cable & Satellite", ["broadcasting"]),
        ("Satellitenbetreiber", ["satellite"]),
        ("Software für Gesundheitswesen", ["digital-health"]),
        ("Payment processor , technology , e-commerce , point of sale", ["fintech", "platforms"]),
        ("IoT-Lösungen", ["iot"]),
        ("Video games", ["gaming"]),
        ("Electric Utilities & IPPs", ["energy"]),
    ],
)
def test_an_industry_points_to_its_segments(industry, expected):
    assert slugs(industry) == expected


@pytest.mark.parametrize(
    "industry",
    [
        "Financials",
        "Energy",
        "Industrials",
        "Oil & Gas Storage & Transportation",
        "Human resource consulting",
        "Trains",
        "",
        "…",
    ],
)
def test_what_no_keyword_says_stays_unmatched(industry):
    assert slugs(industry) == []


def test_a_match_names_its_keyword():
    [match] = matching_segments("Fixed-line TELECOM", [segment("operators", "mobile;telecom")])

    assert match.keyword == "telecom"


def test_a_keyword_counts_as_whole_words_only():
    assert slugs("Retailing", [segment("ai", "ai")]) == []
    assert slugs("AI, retail", [segment("ai", "ai")]) == ["ai"]


def test_the_longest_keyword_uses_its_words_up():
    list_of_two = [segment("satellite", "satellite"), segment("broadcasting", "cable & satellite")]

    assert slugs("Cable & Satellite", list_of_two) == ["broadcasting"]


def test_a_keyword_with_a_hyphen_points_nowhere():
    assert slugs("Road transport of oil", [segment("transport", "transport;-transport of oil")]) == []


def test_keywords_are_unique_over_the_whole_list():
    keywords = [phrase for fact in shipped_facts("segments.csv") for phrase in fact.phrases()]

    assert len(keywords) == len(set(keywords))
    assert all(phrase == phrase.casefold() for phrase in keywords)
