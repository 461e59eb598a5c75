"""Choices that look like chance and are none: a stable hash decides, so that every run makes the same ones."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")


def number(*about: object) -> int:
    """A number that is the same in every run, and says nothing about what it is made from.

    Args:
        about: what is being decided, and about whom.
    """
    return int.from_bytes(sha256("\0".join(map(str, about)).encode()).digest()[:8])


def one_of(options: Sequence[T], *about: object) -> T:
    """One of several options, each as likely as the others."""
    return options[number(*about) % len(options)]


def weighed(weights: Mapping[T, int], *about: object) -> T:
    """One of several options, each as likely as its weight says.

    Args:
        weights: a whole number of at least 0 for each option.
        about: what is being decided, and about whom.
    """
    place = number(*about) % sum(weights.values())
    for option, weight in weights.items():
        if place < weight:
            return option
        place -= weight
    raise AssertionError("the weights add up to more than the place")
