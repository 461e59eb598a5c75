"""What if fees change: changes of the fees and of who pays which, and what the membership would make of them.

Nothing here writes. The response of members is a stated model (`response`), its parameters are inputs
(`assumptions`), and no parameter is verified until somebody verifies it.
"""
