"""The demonstration from beginning to end: which scene follows which, and what must be stopped however it ends."""

from contextlib import ExitStack
from pathlib import Path

from crm.outreach.answer_tables import AnswerReceived
from crm.store.postgres import open_server
from crm.store.private_folders import data_folder
from workers.demo.mail_server import MailServer
from workers.demo.output import Output, fresh_output
from workers.demo.processes import Processes
from workers.demo.scenes.announcing import tell_the_round
from workers.demo.scenes.answering import receive_answers
from workers.demo.scenes.campaigning import launch_a_campaign
from workers.demo.scenes.charging import charge_the_members
from workers.demo.scenes.closing import look_around, stop_the_processes, sum_up
from workers.demo.scenes.contributing import tell_the_votes
from workers.demo.scenes.growing import look_ahead
from workers.demo.scenes.importing import import_companies
from workers.demo.scenes.members import make_members
from workers.demo.scenes.opening import open_a_book
from workers.demo.scenes.reporting import report_prospects, tell_results
from workers.demo.scenes.sending import send
from workers.demo.scenes.working import work_the_accounts
from workers.demo.scenes.writing import write_back
from workers.demo.screen import Screen
from workers.demo.stage import Stage, demo_settings
from workers.demo.turns import own_turn


def play(screen: Screen, *, data: Path, output: Path, companies: int | None = None) -> None:
    """Play the demonstration; everything it starts has ended when this returns or raises.

    Args:
        screen: where to tell it.
        data: the data folder of the embedded servers.
        output: the folder for what is made.
        companies: how many companies to import; all of them where no number is given.

    Raises:
        AccordError: something did not go as it should; everything is stopped first.
    """
    folder = data_folder(data)
    waiting = "[yellow]Another demonstration is running; this one begins when that is over.[/]"
    with own_turn(folder, on_wait=lambda: screen.say(waiting)) as turn:
        made = fresh_output(output)
        with ExitStack() as running:
            stage = _stage(screen, folder, made, running, companies)
            try:
                run, reply = _scenes(stage, folder, running, turn=turn)
            except BaseException:
                screen.say("[yellow]Stopping what was started …[/]")
                raise
        look_around(screen, folder)
        screen.end_scene()
        sum_up(screen, made, run=run, reply=reply)


def _stage(screen: Screen, folder: Path, made: Output, running: ExitStack, companies: int | None) -> Stage:
    mail = running.enter_context(MailServer(made.letters))
    settings = demo_settings(data_folder=folder, smtp_port=mail.port, inbox=made.inbox)
    return Stage(screen, made, settings, books=running, companies=companies)


def _scenes(stage: Stage, folder: Path, running: ExitStack, *, turn: int) -> tuple[int, AnswerReceived]:
    scene = stage.screen.scene
    scene("A book of its own, on a PostgreSQL of its own")
    with stage.screen.working("Starting PostgreSQL; the first time it makes its data folder"):
        server = running.enter_context(open_server(folder))
    book = open_a_book(stage, server)
    scene("Real companies, through the ordinary importer")
    imported = import_companies(stage, book)
    scene("Synthetic members")
    accounts = make_members(stage, book, imported)
    scene("Two years of dues")
    charge_the_members(stage, book, accounts)
    scene("Account managers at work")
    work_the_accounts(stage, book, accounts)
    scene("What the members could bring")
    look_ahead(stage, book)
    scene("A campaign: from Associate to Sector Member")
    launched = launch_a_campaign(stage, book)
    scene("A worker and a beat send the letters")
    processes = running.enter_context(Processes(stage.settings, logs=stage.output.logs, turn=turn))
    send(stage, book, launched, processes)
    scene("Answers come in")
    reply = receive_answers(stage, book, launched, processes)
    scene("A letter back")
    write_back(stage, reply, processes)
    scene("What came of the campaign")
    tell_results(stage, book, launched)
    scene("Prospects by Member State")
    report_prospects(stage, book)
    scene("What Member States announce for 2028 to 2031")
    tell_the_round(stage, book)
    scene("What Member States owe, and who of them may vote")
    tell_the_votes(stage, book)
    scene("The end")
    stop_the_processes(stage, processes)
    return launched.id, reply
