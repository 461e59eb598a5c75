import smtplib

from support.letters import full_letter

from crm.mail.message import Mailbox
from crm.mail.mime import compose
from workers.demo.mail_server import HOST, MailServer, read_letter

RAW = compose(full_letter(to=Mailbox("Hélène Lefèvre", "helene@acme.example"), language="fr"))


def test_a_letter_becomes_a_file_with_the_bytes_that_arrived(tmp_path):
    with MailServer(tmp_path) as server, smtplib.SMTP(HOST, server.port) as client:
        client.sendmail("bounces+x@itu.example", ["helene@acme.example"], RAW)
    (path,) = tmp_path.iterdir()
    assert path.name == "001-fr-helene.eml"
    assert path.read_bytes() == b"Return-Path: <bounces+x@itu.example>\r\n" + RAW
    assert read_letter(path)["To"].addresses[0].display_name == "Hélène Lefèvre"


def test_an_address_cannot_lead_out_of_the_folder(tmp_path):
    with MailServer(tmp_path) as server, smtplib.SMTP(HOST, server.port) as client:
        client.sendmail("", ["../../../etc/passwd@acme.example"], b"Subject: x\r\n\r\nx\r\n")
    (path,) = tmp_path.iterdir()
    assert path.name.startswith("001-xx-")
    assert "/" not in path.name
    assert path.read_bytes().startswith(b"Return-Path: <>\r\n")


def test_several_servers_listen_at_once(tmp_path):
    with MailServer(tmp_path) as one, MailServer(tmp_path) as other:
        assert one.port != other.port
