"""`book.people`: the contacts, with what each of them may ask for: what is held on them, and to be erased."""

from crm.directory import people
from crm.directory.people import PersonKey, find_person
from crm.errors import InvalidInput, Refused
from crm.outreach.identity import Identity
from crm.privacy.erasing import erase
from crm.privacy.erasure import Erasure
from crm.privacy.exporting import export
from crm.privacy.personal_data import PersonalData
from crm.store.store import Store


class People(people.People):
    """The contacts of the book.

    Args:
        store: the door to the database.
        identity: keys the suppression list, and shows letters as they went out.
    """

    def __init__(self, store: Store, *, identity: Identity) -> None:
        super().__init__(store)
        self._identity = identity

    def export(self, key: PersonKey) -> PersonalData:
        """All that is held on a person, for them to read (GDPR, Article 15): print it, or write it to a file.

        Args:
            key: whom.

        Returns:
            Every row about them by table, with what the table is for: positions, interactions, letters as they went
            out, answers, grounds, refusals, and what the trail says.

        Raises:
            NotFound: nobody answers to the key.
        """
        with self._store.reading() as session:
            person = find_person(session, key)
            return export(session, person, identity=self._identity, now=self._store.now())

    def erase(
        self,
        key: PersonKey,
        *,
        reason: str,
        confirm: int | None = None,
        suppress: bool = True,
        dry_run: bool = False,
    ) -> Erasure:
        """Erase a person for good: every value about them, in every table and on the trail.

        First look with `dry_run=True`; then name its count. What happened stays on record without them: that a letter
        went out, that a meeting took place. Where a text speaks of several people, their name and addresses are taken
        out of it; the dry run lists those texts for a colleague to look at. What was merged into the person goes too.
        Letters on their way to them are stopped.

        Args:
            key: whom.
            reason: why, for the trail; their name is taken out of it.
            confirm: the count of the dry run.
            suppress: whether their addresses go on the suppression list first, as keyed hashes: as a rule, who asks to
                be erased does not want to hear from the next campaign.
            dry_run: only say what would happen.

        Returns:
            What was removed, by table and column, what was reworded, and what stays and why.

        Raises:
            NotFound: nobody answers to the key, or they have been erased before.
            Refused: the count is missing or is another one; a letter to them is being handed over; or a letter to
                somebody else that names them is on its way.
        """
        if not reason.strip():
            raise InvalidInput("The reason is empty.", field="reason", hint="Say why, for the trail.")
        with self._store.changing("person.erased", dry_run=dry_run) as change:
            person = find_person(change.session, key)
            erasure = erase(
                change,
                person,
                reason=reason,
                keys=self._identity.keys if suppress else None,
                dry_run=dry_run,
            )
            if not dry_run and confirm != erasure.count:
                raise _unconfirmed(erasure, confirm)
            return erasure


def _unconfirmed(erasure: Erasure, confirm: int | None) -> Refused:
    named = "no count was named" if confirm is None else f"{confirm} were named"
    return Refused(
        f"Nothing was erased: it comes to {erasure.count} values, and {named}.",
        rule="erasure.confirm",
        subject=f"person:{erasure.person_id}",
        hint=f"Look at it with dry_run=True, then say confirm={erasure.count}.",
    )
