"""Made-up contacts: names in four scripts, in the six languages, at addresses that can never reach anybody."""

# ruff: noqa: RUF001 - letters of other scripts look like ours
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from crm.reference.languages import Language
from workers.demo.chance import one_of, weighed

_LONGEST_LABEL = 40

# Each as the person writes it, and as it stands in an address.
_NAMES: Mapping[Language, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        Language.ENGLISH: (
            ("Amina Odhiambo", "amina.odhiambo"),
            ("Zoë O’Brien", "zoe.obrien"),
            ("Søren Kjærgaard", "soren.kjaergaard"),
            ("Nguyễn Thị Hương", "huong.nguyen"),
            ("Łukasz Wójcik", "lukasz.wojcik"),
            ("Priya Raghunathan", "priya.raghunathan"),
            ("Ayşe Yıldız", "ayse.yildiz"),
            ("Jan van der Berg", "jan.vanderberg"),
            ("Þóra Jónsdóttir", "thora.jonsdottir"),
            ("Michael Adeyemi", "michael.adeyemi"),
        ),
        Language.FRENCH: (
            ("Hélène Lefèvre", "helene.lefevre"),
            ("Jean-François Gagné", "jean-francois.gagne"),
            ("Aïssatou N’Diaye", "aissatou.ndiaye"),
            ("Anaïs Cœurderoy", "anais.coeurderoy"),
            ("Loïc Le Goff", "loic.legoff"),
            ("Mbali Tchoumi", "mbali.tchoumi"),
        ),
        Language.ARABIC: (
            ("ليلى المنصوري", "layla.almansoori"),
            ("يوسف بن علي", "youssef.benali"),
            ("مريم الحسيني", "maryam.alhusseini"),
            ("خالد العتيبي", "khalid.alotaibi"),
            ("نور الدين حداد", "noureddine.haddad"),
        ),
        Language.SPANISH: (
            ("Begoña Ibáñez", "begona.ibanez"),
            ("José Ángel Núñez", "joseangel.nunez"),
        ),
        Language.RUSSIAN: (
            ("Ольга Семёнова", "olga.semyonova"),
            ("Дмитрий Щербаков", "dmitry.shcherbakov"),
        ),
        Language.CHINESE: (
            ("王秀英", "xiuying.wang"),
            ("欧阳明", "ming.ouyang"),
        ),
    }
)
_ROLES = (
    "Head of standards",
    "Head of regulatory affairs",
    "Director, spectrum policy",
    "Chief technology officer",
    "Industry relations",
)
_SPOKEN: Mapping[Language | None, int] = MappingProxyType(
    {
        Language.ENGLISH: 40,
        Language.FRENCH: 22,
        Language.ARABIC: 18,
        Language.SPANISH: 5,
        Language.RUSSIAN: 5,
        Language.CHINESE: 5,
        None: 5,
    }
)


@dataclass(frozen=True, slots=True)
class MadeUpPerson:
    """Somebody who does not exist.

    Attributes:
        email: under ``.example``, which leads nowhere (RFC 2606); None: no address is known.
        language: None: nobody has said.
    """

    name: str
    email: str | None
    role: str
    language: Language | None


def made_up_person(organization: str, *, place: str, number: int = 0) -> MadeUpPerson:
    """A contact at an organisation, the same in every run.

    Args:
        organization: its name.
        place: its domain below ``.example``.
        number: which of its contacts: 0 is the first.
    """
    about = (organization, number)
    language = weighed(_SPOKEN, "language", *about)
    name, mailbox = one_of(_NAMES[language or Language.ENGLISH], "name", *about)
    known = weighed({True: 97, False: 3}, "address", *about)
    return MadeUpPerson(
        name, f"{mailbox}@{place}.example" if known else None, one_of(_ROLES, "role", *about), language
    )


def place_of(name: str) -> str:
    """A domain label made of a name: "Société Générale" gives ``societe-generale``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_LABEL].strip("-") or "company"
