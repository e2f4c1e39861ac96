"""Reads of this room. What may be seen is decided in ``policies``; these start from its rows."""

from xinqiao.plans.selectors.people import heirs

__all__ = ["heirs"]
