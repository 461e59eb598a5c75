"""The campaigns that come with Accord, one to a file, and those that other packages add.

A package adds a campaign under the entry-point group `crm.campaigns`; see docs/how-to/write-a-campaign.md.
"""

from importlib.metadata import entry_points

from campaigns.campaign import Campaign
from campaigns.catalog.associate_upgrade import ASSOCIATE_UPGRADE
from campaigns.catalog.cross_sell import CROSS_SELL
from campaigns.catalog.first_member import FIRST_MEMBER, FIRST_MEMBER_COMPANIES
from campaigns.catalog.renewal_at_risk import RENEWAL_AT_RISK
from campaigns.catalog.under_represented import UNDER_REPRESENTED
from campaigns.catalog.win_back import WIN_BACK
from crm.errors import ConfigurationError, NotFound

GROUP = "crm.campaigns"
"""The entry points under which other packages register their campaigns."""

CATALOG: dict[str, Campaign] = {
    campaign.name: campaign
    for campaign in (
        ASSOCIATE_UPGRADE,
        CROSS_SELL,
        FIRST_MEMBER,
        FIRST_MEMBER_COMPANIES,
        UNDER_REPRESENTED,
        WIN_BACK,
        RENEWAL_AT_RISK,
    )
}


def known_campaigns() -> dict[str, Campaign]:
    """The campaigns there are, by name.

    Raises:
        ConfigurationError: two campaigns have one name, or what a package registers is no campaign.
    """
    found = dict(CATALOG)
    for entry in entry_points(group=GROUP):
        campaign = entry.load()
        if not isinstance(campaign, Campaign) or campaign.name in found:
            raise ConfigurationError(
                f"{entry.value} is no campaign, or one whose name is taken.", subject=entry.value, field=GROUP
            )
        found[campaign.name] = campaign
    return found


def find_campaign(key: str | Campaign) -> Campaign:
    """The campaign of this name, or the campaign itself.

    Raises:
        NotFound: there is none in the catalogue; the ones there are stand in `candidates`.
    """
    if isinstance(key, Campaign):
        return key
    name, known = key.strip().replace("-", "_"), known_campaigns()
    if name not in known:
        raise NotFound(
            f"There is no campaign {key!r}.", field="campaign", value=key, candidates=sorted(known)
        )
    return known[name]
