"""Write docs/clauses.md: every clause of the shipped packs, who carries it, and how it is seen.

python scripts/clauses.py            write the page
python scripts/clauses.py --check    exit 1 when the page is not what the packs say
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "clauses.md"


def page() -> str:
    """The page as the packs and the registered indicators make it today."""
    from xinqiao.packs.core.clauses import markdown
    from xinqiao.packs.selectors import shipped_clauses, shipped_packs

    return markdown(shipped_clauses(), {pack.id: pack.title.zh for pack in shipped_packs()})


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinqiao.config.settings")
    import django

    django.setup()
    text = page()
    if "--check" in sys.argv:
        fresh = PAGE.exists() and PAGE.read_text(encoding="utf-8") == text
        print("条款对照是最新的。" if fresh else "条款对照过期了，请运行 python scripts/clauses.py。")
        return 0 if fresh else 1
    PAGE.write_text(text, encoding="utf-8")
    print(f"{PAGE.name}：{text.count('| live |') + text.count('| reported |')} 条")
    return 0


if __name__ == "__main__":
    sys.exit(main())
