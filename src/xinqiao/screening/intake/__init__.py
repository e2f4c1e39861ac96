"""The busiest path: answers saved by a small handler in front of Django. See docs/performance.md.

``app`` speaks HTTP, ``reading`` turns a body into a ``Save`` or refuses it, ``commit`` gathers saves into groups, and
``sqlite`` and ``postgres`` write one group as one transaction. An answer is acknowledged after its commit.
"""

from xinqiao.screening.intake.app import Intake

__all__ = ["Intake"]
