"""What if fees change: changes of the fees and of who pays which, and what the membership would make of them.

Nothing here writes. The response of members is a stated model (`response`), its parameters are inputs (`assumptions`), and
none of them is verified. What a question is made of can be imported from here; it needs no NumPy.
"""

from crm.membership.what_if.costs import Cost
from crm.membership.what_if.fee_changes import FeeChange, MinimumChange, NewFee, UnitChange
from crm.membership.what_if.member_changes import CategoryChange, EligibilityChange, Reduction
from crm.membership.what_if.members import Who
from crm.membership.what_if.ranges import Range

__all__ = [
    "CategoryChange",
    "Cost",
    "EligibilityChange",
    "FeeChange",
    "MinimumChange",
    "NewFee",
    "Range",
    "Reduction",
    "UnitChange",
    "Who",
]
