import time

import pytest

from crm.mail.answers import DeliveryAction
from crm.mail.bounces import recipient
from crm.mail.failures import Outcome, Phase, sort
from crm.mail.refusal_wordings import names_a_full_mailbox, names_no_such_recipient, objects_to_us

ADDRESS, POLICY, CONTENT = Outcome.REFUSED_ADDRESS, Outcome.REFUSED_POLICY, Outcome.REFUSED_CONTENT

# As mail servers and providers write them; names and addresses are made up.
NOBODY_IS_THERE = [
    (550, "5.1.1", "<amina@acme.example>: Recipient address rejected: User unknown in virtual mailbox table"),  # Postfix
    (550, None, "<amina@acme.example>: Recipient address rejected: User unknown in relay recipient table"),
    (550, None, "<spf.policy@acme.example>... User unknown"),  # Sendmail; the words stand in the address
    (550, None, "Unrouteable address"),  # Exim
    (550, "5.1.1", "<amina@acme.example>: invalid recipient"),
    (550, None, "sorry, no mailbox here by that name. (#5.1.1 - chkuser)"),  # qmail
    (511, None, "sorry, no mailbox here by that name"),
    (553, "5.1.2", "sorry, your envelope recipient is in my badrcptto list"),
    (550, "5.1.1", "The email account that you tried to reach does not exist. gsmtp"),  # Gmail
    (550, "5.2.1", "The email account that you tried to reach is inactive. gsmtp"),
    (550, "5.1.10", "RESOLVER.ADR.RecipientNotFound; Recipient amina@acme.example not found by SMTP address lookup"),
    (550, "5.4.1", "Recipient address rejected: Access denied. [VE1EUR03FT.eop-EUR03.prod.protection.outlook.com]"),
    (554, None, "delivery error: dd This user doesn't have a yahoo.com account (amina@yahoo.com) [0]"),  # Yahoo
    (554, None, "delivery error: dd Not a valid recipient - atlas.mail.example"),
    (552, "5.1.1", "<amina@acme.example> Requested mail action aborted, mailbox not found"),  # GMX
    (550, None, "Message was not accepted -- invalid mailbox. Local mailbox amina@mail.example is unavailable: user not found"),
    (550, None, "Mailbox not found. http://service.mail.example/cgi-bin/help?no=1000728"),  # QQ
    (550, None, "User not found: amina@mail.example"),  # 163.com
    (550, "5.1.1", "Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 [416]"),  # Orange
    (550, None, "5.1.1 <amina@acme.example> is not a valid mailbox"),
    (550, None, 'unknown local-part "amina" in domain "acme.example"'),
    (550, "5.0.0", "<amina@acme.example>... No such user here"),
    (550, "5.1.0", "<amina@acme.example>... User unknown"),
    (550, "5.5.0", "Requested action not taken: no such mailbox"),
    (550, None, "User unknown, returned to sender"),
    (554, None, "This account has been disabled or discontinued [#102]. - mta1234.mail.example"),
    (550, None, "This address no longer accepts mail."),
    (551, "5.1.6", "amina has moved"),
    (501, "5.1.3", "Bad recipient address syntax"),
    (556, None, "Domain does not take mail"),  # RFC 7504
    (550, None, "Destinataire inconnu : amina@acme.example"),
    (550, None, "Empfänger amina ist hier unbekannt"),
    (550, None, "No existe ese usuario"),
    (550, None, "Пользователь не найден"),
    (550, None, "Адрес получателя не существует"),
    (550, None, "用户不存在"),
    (550, "5.0.0", "لا يوجد مستخدم بهذا الاسم"),
]  # fmt: skip

THEY_OBJECT_TO_US = [
    (550, None, "Sender verify failed"),  # Exim, callout
    (550, None, "Verification failed for <us@accord.example>: the account may not exist. Sender verify failed"),
    (550, None, "Sender address rejected: user unknown"),
    (550, None, "rejected because 192.0.2.1 is in a black list at zen.spamhaus.org"),  # Exim
    (554, None, "Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"),  # Postfix
    (550, None, "Your IP is not allowed to connect to this server"),
    (550, None, "HELO name invalid"),
    (550, None, "No PTR record found for 192.0.2.1"),
    (550, None, "Reverse DNS lookup for 192.0.2.1 failed: the address does not exist"),
    (550, None, "Too many messages from your address"),
    (550, None, "Your account has been disabled"),
    (550, None, "Syntax check failed: invalid address in From header"),
    (550, "5.1.0", "Sender denied"),
    (550, None, "Verification failed for <us@accord.example> Unrouteable address Sender verify failed"),
    (550, "5.4.5", "Daily user sending quota exceeded. gsmtp"),
    (550, "5.7.1", "Administrative prohibition"),
    (550, "5.5.0", "Mail rejected: sender on deny list"),
    (550, None, "relaying to <amina@acme.example> prohibited by administrator: no such user"),
]  # fmt: skip

NOBODY_KNOWS = [
    (550, None, "Requested action not taken: mailbox unavailable"),  # RFC 5321 4.2.2: it may be a policy as well
    (550, "5.5.0", "Requested action not taken: mailbox unavailable (S2017062302)"),
    (550, None, ""),
    (550, None, "Administrative prohibition"),  # Exim
    (550, None, "Access denied"),
    (550, None, "Recipient address rejected: Access denied"),  # without 5.4.1 it may be any rule of theirs
    (550, "5.4.1", "Message rejected. See https://support.mail.example/550"),
    (550, None, "Go away"),
    (551, None, "User not local; please try <amina@other.example>"),
    (553, None, "Requested action not taken: mailbox name not allowed"),
    (553, None, "sorry, that domain isn't in my list of allowed rcpthosts"),
    (550, "5.1.20", "Multiple From addresses are not allowed without Sender address"),
    (550, "5.2.1", "The user you are trying to contact is receiving mail at a rate that prevents additional messages"),
    (552, "5.2.2", "The email account that you tried to reach is over quota"),
    (550, "5.4.4", "Host or domain name not found"),
    (554, "5.4.6", "Routing loop detected"),
    (550, "5.6.0", "Unknown user in the headers"),
    (550, None, "The host does not exist"),
    (550, None, "Домен не существует"),
]  # fmt: skip

EVERY = [
    *((*each, ADDRESS) for each in NOBODY_IS_THERE),
    *((*each, POLICY) for each in THEY_OBJECT_TO_US),
    *((*each, CONTENT) for each in NOBODY_KNOWS),
]


@pytest.mark.parametrize(("code", "enhanced", "text", "outcome"), EVERY)
def test_an_address_is_given_up_only_where_something_says_that_nobody_is_there(code, enhanced, text, outcome):
    """At once, after the dot, and in a report that comes later: one table judges all three."""
    assert sort(Phase.RCPT, code=code, enhanced=enhanced, text=text).outcome is outcome
    assert sort(Phase.REPLY, code=code, enhanced=enhanced, text=text).outcome is outcome
    reported = recipient(
        "amina@acme.example",
        action=DeliveryAction.FAILED,
        stated=enhanced or "5.0.0",
        said=" ".join(filter(None, (str(code), enhanced, text))),
    )
    assert (reported.suppress, reported.policy) == (outcome is ADDRESS, outcome is POLICY)


def test_a_full_mailbox_is_known_by_its_wording():
    assert names_a_full_mailbox("Mailbox is full / over quota")
    assert not names_a_full_mailbox("Mailbox not found")


@pytest.mark.parametrize("word", ["user ", "no such ", "destinataire ", "a@b ", "sender ", "mail box "])
def test_a_server_that_writes_for_long_costs_no_time(word):
    started = time.process_time()
    names_no_such_recipient(word * 5000)
    objects_to_us(word * 5000)
    assert time.process_time() - started < 1
