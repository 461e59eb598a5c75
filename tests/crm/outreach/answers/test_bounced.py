import pytest

from crm.mail.bounces import read_status
from crm.outreach.answers.bounced import Fate, fate_of

GROUP = "Spectrum@Ministry.example"


def block(address, action, status, said=""):
    diagnostic = f"\nDiagnostic-Code: smtp; {said}" if said else ""
    return f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}{diagnostic}"


def left(**more):
    return block("left@ministry.example", "failed", "5.1.1", **more)


@pytest.mark.parametrize(
    ("blocks", "fate"),
    [
        # Our address, in whatever spelling.
        ([block("spectrum@ministry.example", "failed", "5.1.1")], Fate.GONE),
        ([block("SPECTRUM@MINISTRY.EXAMPLE", "failed", "5.2.1")], Fate.GONE),
        ([left(), block("spectrum@ministry.example", "failed", "5.1.1")], Fate.GONE),
        ([block("spectrum@ministry.example", "failed", "5.2.2")], Fate.UNSURE),
        # A member of it, with and without a word on the list itself.
        ([left()], Fate.UNSURE),
        ([f"Original-Recipient: rfc822; {GROUP}\n{left()}"], Fate.UNSURE),
        ([block("spectrum@ministry.example", "expanded", "2.1.5"), left()], Fate.ARRIVED),
        ([block("spectrum@ministry.example", "delivered", "2.1.5"), left()], Fate.ARRIVED),
        ([block("other@ministry.example", "delivered", "2.1.5"), left()], Fate.UNSURE),
        # What a member's server has against mail that was passed on says nothing about us.
        ([block("spectrum@ministry.example", "expanded", "2.1.5"), block("a@b.example", "failed", "5.7.26")], Fate.ARRIVED),
        ([block("spectrum@ministry.example", "failed", "5.7.515")], Fate.REFUSED),
        ([block("spectrum@relay.example", "failed", "5.7.1")], Fate.REFUSED),
        # Nothing that can be compared.
        (["Action: failed\nStatus: 5.1.1"], Fate.UNSURE),
        (["Final-Recipient: x400; /c=ch/s=x\nAction: failed\nStatus: 5.1.1"], Fate.UNSURE),
        ([], Fate.UNSURE),
    ],
)  # fmt: skip
def test_only_a_report_on_our_own_address_gives_it_up(blocks, fate):
    assert fate_of(GROUP, read_status("\n\n".join(blocks).encode(), [])) is fate


def test_addresses_are_compared_in_whatever_script_they_come():
    report = "Final-Recipient: utf-8; почта@пример.рф\nAction: failed\nStatus: 5.1.1"
    assert fate_of("почта@xn--e1afmkfd.xn--p1ai", read_status(report.encode(), [])) is Fate.GONE
