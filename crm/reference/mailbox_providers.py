"""Domains at which anybody can have a mailbox: sharing one says nothing about two organisations or two people."""

from sqlmodel import Field

from crm.reference.facts import Certainty, Fact, certainty


class MailboxProvider(Fact, table=True):
    """A domain of a provider of mailboxes for the public.

    Attributes:
        domain: lower case, without "www.".
        provider: whose it is.
    """

    __tablename__ = "mailbox_provider"

    domain: str = Field(primary_key=True)
    provider: str
    certainty: Certainty = certainty()
