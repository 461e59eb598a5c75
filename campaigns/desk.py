"""The campaign desk: preview, prepare, approve, launch, move on, pause and measure. Only this module takes a book.

It asks the book for facts, has pure functions decide, and writes their intents down through `book.runs`.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from campaigns.campaign import Campaign
from campaigns.catalog import find_campaign
from campaigns.audience import Audience, Invitation, LeftOut, assemble
from campaigns.guards import Circumstances
from campaigns.journey import END, Journey
from campaigns.keys import letter_key
from campaigns.letter_facts import Manager, Stationery, letter_facts
from campaigns.overview import Advanced, Overview
from campaigns.plan import Exit, Finish, Intent, Pass, PlanTask, Send, WaitUntil
from campaigns.plan import advance as plan
from campaigns.preview import Preview
from crm.book import Book
from crm.insight.candidate import Candidate
from crm.mail.templates import TemplateFolder, TemplateVersion
from crm.outreach.audience import AudienceRow, RunOrder, hash_of_content
from crm.outreach.moves import Move, Task, Taking, Waiting
from crm.outreach.outbox import LetterOrder
from crm.outreach.outbox_tables import MessageClass
from crm.outreach.run_tables import EnrolmentState, Run
from crm.reference.languages import Language
from crm.reports import Report
