from datetime import date


def test_try(book):
    acme = book.organizations.add("Acme Satellites", country="KE")
    book.terms.join(acme, "associate", sector="T", study_group="SG13", on=date(2020, 1, 1))
    p = book.terms.propose_upgrade("Acme Satellites", sector="T", on="2027-04-10")
    print(p)
    for name in p.__slots__:
        print("  ", name, getattr(p, name))
    print(book.terms.accept(p, dry_run=True))
    done = book.terms.accept(p)
    print(done)
    print(book.terms.of(acme))
    assert 0
