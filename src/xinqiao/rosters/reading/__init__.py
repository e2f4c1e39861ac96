"""From the bytes a school hands in to typed values, or to a reason why not. Nothing here knows the database.

``workbook`` opens a file safely, ``heads`` finds the head row and what each column means, ``cells`` and ``classnames``
turn one cell into one value. What can go wrong has a code here and its words in ``rosters/faults.py``.
"""
