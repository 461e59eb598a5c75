"""The campaigns that come with Accord, one to a file."""

from campaigns.campaign import Campaign
from campaigns.catalog.associate_upgrade import ASSOCIATE_UPGRADE
from crm.errors import NotFound

CATALOG: dict[str, Campaign] = {campaign.name: campaign for campaign in (ASSOCIATE_UPGRADE,)}


def find_campaign(key: str | Campaign) -> Campaign:
    """The campaign of this name, or the campaign itself.

    Raises:
        NotFound: there is none in the catalogue; the ones there are stand in `candidates`.
    """
    if isinstance(key, Campaign):
        return key
    name = key.strip().replace("-", "_")
    if name not in CATALOG:
        raise NotFound(
            f"There is no campaign {key!r}.", field="campaign", value=key, candidates=sorted(CATALOG)
        )
    return CATALOG[name]
