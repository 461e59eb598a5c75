from datetime import date

def test_smoke(book):
    book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")
    a = book.organizations.add("Acme Satellites", segment="satellite", domains=["acme.example"])
    b = book.organizations.add("Acme Sat Ltd", country="KE", segment="cloud", domains=["acme.example", "acmesat.example"])
    c = book.organizations.add("Acme Kenya", country="KE", parent=b)
    p = book.people.add("Amina", email="amina@acme.example", at=b)
    met = book.log("meeting", b, "Hello", people=[p], next="call", due="14d")
    book.terms.join(b, "associate", sector="T", study_group="T-SG13", on=date(2020,1,1))
    book.roles.give(a, "prospect"); book.roles.give(b, "prospect")
    print(book.merge(a, b, reason="same", dry_run=True))
    m = book.merge(a, b, reason="same site")
    print(m); print(m.stayed, m.differs, m.taken_over)
    print(book.history(a)); print(book.history(b))
    print(book.organizations.get(b.id), book.organizations.group("Acme Kenya"))
    print(book.terms.of(b))
    u = book.unmerge(m, reason="no")
    print(u, u.left); print(book.terms.of(b), book.terms.of(a), book.organizations.names(a), book.organizations.names(b))
    assert 0
