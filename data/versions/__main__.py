"""`python -m data.versions keep | list | show`: keep the present data version, list the kept ones, show one.

Exit codes: 0 done, 1 cannot be done (with the reason), 2 wrong use.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from pathlib import Path

from data.build import TABLES_DIR
from data.catalog import TABLE_NAMES
from data.versions.keep import keep
from data.versions.store import history, manifests, object_path


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m data.versions", description=__doc__.splitlines()[0] if __doc__ else None)
    commands = parser.add_subparsers(dest="command", required=True)
    keeping = commands.add_parser("keep", help="keep the present tables as a version")
    keeping.add_argument("--why-en", required=True, help="what changed and why, in English")
    keeping.add_argument("--why-zh", required=True, help="the same in Chinese")
    keeping.add_argument("--reasons", type=Path, help="CSV of table,key,reason_en,reason_zh for single records")
    keeping.add_argument("--replace", action="store_true", help="in the place of the newest kept version")
    keeping.add_argument("--tables", type=Path, default=TABLES_DIR, help="the folder of tables to keep")
    keeping.add_argument("--kept-on", default="", help="the day, where it is not today")
    commands.add_parser("list", help="the kept versions, oldest first")
    showing = commands.add_parser("show", help="what a version has otherwise than the one before")
    showing.add_argument("version")
    asked = parser.parse_args(arguments)
    return {"keep": _keep, "list": _list, "show": _show}[asked.command](asked)


def _keep(asked: argparse.Namespace) -> int:
    reasons: dict[str, dict[str, str]] = {}
    if asked.reasons:
        try:
            with asked.reasons.open(encoding="utf-8-sig", newline="") as file:
                for line, row in enumerate(csv.DictReader(file), start=2):
                    if row.get("table") not in TABLE_NAMES or not row.get("key"):
                        print(
                            f"{asked.reasons}:{line}: table and key must name a record; tables are {', '.join(TABLE_NAMES)}",
                            file=sys.stderr,
                        )
                        return 1
                    reasons[f"{row['table']}/{row['key']}"] = {"en": row.get("reason_en") or "", "zh": row.get("reason_zh") or ""}
        except OSError as error:
            print(f"{asked.reasons} cannot be read: {error}", file=sys.stderr)
            return 1
    path, dropped = keep(
        asked.why_en, asked.why_zh, tables_dir=asked.tables, folder=history(), kept_on=asked.kept_on, reasons=reasons, replace=asked.replace
    )
    print(f"kept {path.stem} in {path}" + (f"; dropped {len(dropped)} old object(s) to stay within the budget" if dropped else ""))
    return 0


def _list(asked: argparse.Namespace) -> int:
    for m in manifests():
        whole = all(object_path(history(), t["object"]).exists() for t in m.tables.values())
        print(f"{m.version}  {m.kept_on}  {len(m.changes)} changes  {'' if whole else '(tables dropped) '}{m.why_en}")
    return 0


def _show(asked: argparse.Namespace) -> int:
    found = [m for m in manifests() if m.version == asked.version]
    if not found:
        print(f"{asked.version} is not kept; there are {', '.join(m.version for m in manifests()) or 'none'}", file=sys.stderr)
        return 1
    [m] = found
    print(f"{m.version}, kept on {m.kept_on}: {m.why_en}")
    for (table, kind), n in sorted(Counter((c.table, c.kind) for c in m.changes).items()):
        print(f"  {table}: {n} {kind}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
