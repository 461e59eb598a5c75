"""Who signs letters about membership where an account has no account manager, in the six languages."""

# ruff: noqa: RUF001 - letters of other scripts look like ours
from collections.abc import Mapping

from crm.outreach.approved import Signature
from crm.reference.languages import Language

MEMBERSHIP: Mapping[Language, Signature] = {
    Language.ENGLISH: Signature(title="Membership", office="General Secretariat"),
    Language.FRENCH: Signature(title="Relations avec les membres", office="Secrétariat général"),
    Language.ARABIC: Signature(title="شؤون الأعضاء", office="الأمانة العامة"),
    Language.SPANISH: Signature(title="Relaciones con los miembros", office="Secretaría General"),
    Language.RUSSIAN: Signature(title="Взаимодействие с членами", office="Генеральный секретариат"),
    Language.CHINESE: Signature(title="成员事务", office="总秘书处"),
}
