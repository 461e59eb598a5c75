"""A campaign is previewed, prepared, approved by a colleague and launched."""

from campaigns import desk
from campaigns.overview import Overview
from campaigns.preview import Preview
from crm.book import Book
from crm.errors import Refused
from crm.mail.rendering import Rendered
from crm.outreach.run_tables import Arm
from crm.reference.languages import Language
from workers.demo.cast import LUCIA
from workers.demo.stage import Stage, shown


def launch_a_campaign(stage: Stage, book: Book) -> Overview:
    """Take the associate-upgrade campaign from its preview to its launch."""
    screen = stage.screen
    preview = screen.run(_preview, book)
    screen.show(preview.table())
    audience = preview.accounts().to_csv(stage.output.file("audience.csv"))
    screen.done(f"Account by account, with what speaks for it or against it: {shown(audience)}")
    account = _somebody(preview)
    letter = screen.run(_letter, preview, account)
    screen.page(f"What {account} would get", f"Subject: {letter.subject}\n\n{letter.text}")
    run = screen.run(_run, book)
    screen.show(str(run))
    try:
        desk.approve(book, run, count=run.count)
    except Refused as refused:
        screen.done(f"Dana cannot approve her own run: “{refused}”")
    lucia = stage.book(LUCIA)
    screen.run(_approve, lucia, run)
    launched = screen.run(_launched, lucia, run)
    screen.done(f"Run {launched.id} is {launched.status}: {LUCIA.name} has approved {run.count} accounts.")
    return launched


def _preview(book: Book) -> Preview:
    return desk.preview(book, "associate_upgrade")


def _letter(preview: Preview, account: str) -> Rendered:
    return preview.letter(account)


def _run(book: Book) -> Overview:
    return desk.prepare(book, "associate_upgrade")


def _approve(lucia: Book, run: Overview) -> None:
    desk.approve(lucia, run, count=run.count)


def _launched(lucia: Book, run: Overview) -> Overview:
    return desk.launch(lucia, run)


def _somebody(preview: Preview) -> str:
    """An account that is written to in English, else any that is written to."""
    written = [row for row in preview.audience.invited if row.arm is Arm.TREATMENT]
    english = [row for row in written if row.language is Language.ENGLISH]
    return (english or written)[0].account.name
