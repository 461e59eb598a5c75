"""Account management for membership organisations that answer to their Member States.

import crm

with crm.open(actor="dana@accord.example") as book:
    acme = book.organizations.add("Acme Satellites", country="KE", segment="satellite", domains=["acme.example"])
    book.log("meeting", acme, "Wants spectrum study group access", next="send the fee table", due="14d")
    print(book.reports.prospects_by_state(region="Africa"))
"""

from crm.garbage import no_collection

with (
    no_collection()
):  # what is imported stays; a fifth of the time that a command takes to start was a search through it
    from crm.book import Book
    from crm.clock import SetClock
    from crm.errors import AccordError
    from crm.frames import dataframe
    from crm.opening import open_book as open  # noqa: A004 - crm.open reads as people say it

__all__ = ["AccordError", "Book", "SetClock", "dataframe", "open"]
