"""What the memberships are called that reports count: one of each category in each Sector."""

from crm.membership.terms import Coverage
from crm.reference.categories import Category

MEMBERSHIPS = {
    (Category.SECTOR_MEMBER, Coverage.RADIO): "Sector Members, ITU-R",
    (Category.SECTOR_MEMBER, Coverage.STANDARDIZATION): "Sector Members, ITU-T",
    (Category.SECTOR_MEMBER, Coverage.DEVELOPMENT): "Sector Members, ITU-D",
    (Category.ASSOCIATE, Coverage.RADIO): "Associates, ITU-R",
    (Category.ASSOCIATE, Coverage.STANDARDIZATION): "Associates, ITU-T",
    (Category.ASSOCIATE, Coverage.DEVELOPMENT): "Associates, ITU-D",
    (Category.ACADEMIA, Coverage.ALL): "Academia",
}
