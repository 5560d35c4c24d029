"""`python -m data.levels add FILE | fetch WHAT | list | remove CODE`: levels of your own, kept outside the project.

They lie in the folder `levels` (never part of the repository), or where REELSHIFT_LEVELS points.
Exit codes: 0 done, 1 something was refused or did not come, 2 wrong use.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from data.levels import store
from data.levels.add import Options, Outcome, add_file, problem_lines, report_lines
from data.levels.fetch import FIRST_DAY, FetchFailed, PackageMissing, Patience, fetch, long_gaps, package
from data.levels.files import FileRefused
from data.levels.naming import NotDescribed, Said, code_of, described, sectors_in, shown
from data.levels.places import PlaceUnreadable
from data.levels.recipes import FAMILIES, known, recipe_for
from data.levels.store import LevelsUnreadable

_DESCRIBING = ("name_en", "name_zh", "kind", "sectors", "currency", "provider", "calendar", "benchmark", "terms")


def say(text: object) -> None:
    """Progress and problems, beside the result."""
    print(text, file=sys.stderr, flush=True)


def _said(options: argparse.Namespace, code: str) -> Said:
    given: dict[str, Any] = {name: getattr(options, name) for name in _DESCRIBING}
    given["sectors"] = sectors_in(options.sectors) if options.sectors is not None else None
    return Said(code, **given)


def _options(options: argparse.Namespace) -> Options:
    return Options(
        max_move_pct=options.max_move_pct,
        sheet=getattr(options, "sheet", None),
        date_format=getattr(options, "date_format", None),
        skip_bad=options.skip_bad,
        dry_run=options.dry_run,
    )


def _told(outcome: Outcome) -> int:
    """Print what came of it; whether that is a failure."""
    for line in problem_lines(outcome):
        say(line)
    lines = report_lines(outcome)
    if outcome.report is None:
        for line in lines:
            say(line)
        return 1
    print("\n".join(lines))
    return 0


def _add(options: argparse.Namespace) -> int:
    meta, notes = described(_said(options, options.code))
    for note in notes:
        say(note)
    return _told(add_file(options.file, meta, _options(options), say))


def _fetch(options: argparse.Namespace) -> int:
    if not options.what and not options.all:
        print("\n".join(_fetchable()))
        return 0
    if len(options.what) != 1 and any(getattr(options, name) is not None for name in ("code", *_DESCRIBING)):
        say("fetch: --code, --name-en and the like describe one series; name one")
        return 2
    adjust = "" if options.adjust == "none" else options.adjust
    recipes = {what: recipe_for(what, adjust) for what in (known() if options.all else options.what)}
    unknown = [what for what, recipe in recipes.items() if recipe is None]
    if unknown:
        say(f"fetch: no way is known to {', '.join(unknown)}; `python -m data.levels fetch` lists what can be fetched")
        return 2
    for day in (options.start, options.end):
        if day is not None and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
            say(f"fetch: {day!r} is no day; write 2024-02-16")
            return 2
    library, failed = package(), []
    for number, (what, recipe) in enumerate(recipes.items(), 1):
        assert recipe is not None
        say(f"[{number}/{len(recipes)}] {what}")
        given = _said(options, options.code or recipe.said.code)
        merged = Said(
            given.code, **{n: getattr(given, n) if getattr(given, n) is not None else getattr(recipe.said, n) for n in _DESCRIBING}
        )
        try:
            outcome = fetch(
                library, replace(recipe, said=merged), options.start, options.end, _options(options), Patience(options.tries), say
            )
        except FetchFailed as error:
            say("\n".join(f"  {reason}" for reason in error.reasons))
            failed.append(what)
            continue
        except FileRefused as error:
            say(error.problem)
            failed.append(what)
            continue
        is_current = outcome.report is None and not outcome.n_problems
        if is_current:
            print(f"{shown(outcome.meta)} {'; '.join(outcome.notes)}")
        elif _told(outcome) or long_gaps(outcome):
            failed.append(what)
        if long_gaps(outcome):
            say("  long stretches are missing: the site may have refused an answer; fetch again later, what is stored stays")
    if failed:
        say(f"{len(failed)} of {len(recipes)} not whole: {', '.join(failed)}")
    return 1 if failed else 0


def _fetchable() -> list[str]:
    lines = ["Series that can be fetched by name (needs the package akshare; the data belong to the sites it reads):"]
    lines += [f"  {series:38} {', '.join(dict.fromkeys(c.function for c in recipe.calls))}" for series, recipe in known().items()]
    lines.append(f"Any other as family:symbol, described as for `add`. Families: {', '.join(FAMILIES)}. --all fetches every series above.")
    return lines


def _list(options: argparse.Namespace) -> int:
    series = store.loaded_series()
    print(f"{len(series)} series, {sum(s.n_rows for s in series):,} rows in {store.levels_root()}")
    for one in series:
        times, beside = "with times" if one.is_intraday else "daily", f", beside {one.benchmark}" if one.benchmark else ""
        rows = f"{one.n_rows:,} rows {times}, {one.first} to {one.last}"
        print(f"  {shown(one)}: {one.kind}, {', '.join(one.sectors)}{beside}; {rows}; {one.revision}")
    return 0


def _remove(options: argparse.Namespace) -> int:
    code = options.code if store.find_series(options.code) else code_of(Said(options.code))[0]
    try:
        gone = store.remove(code)
    except KeyError as error:
        say(error.args[0])
        return 1
    print(f"removed {shown(gone)}, {gone.n_rows:,} rows")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m data.levels", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="check a file of levels and store it: CSV, Excel or Parquet")
    add.add_argument("file", type=Path)
    add.add_argument("--code", required=True, help="the code as printed, such as 000300 or 886068.TI")
    add.add_argument("--sheet", help="of an Excel workbook; without it the first that has dates and closes")
    add.add_argument("--date-format", help="for dates such as 02/16/2024: %%m/%%d/%%Y")
    add.set_defaults(run=_add)
    fetched = commands.add_parser("fetch", help="fetch daily levels through akshare; without a name, list what can be fetched")
    fetched.add_argument("what", nargs="*", help="csi-300, 886068, or family:symbol such as hk:09888")
    fetched.add_argument("--all", action="store_true", help="every series that the list shows")
    fetched.add_argument("--code", help="another code for the one series fetched")
    fetched.add_argument("--from", dest="start", help=f"first day; without it {FIRST_DAY}, or where the loaded rows end")
    fetched.add_argument("--to", dest="end", help="last day; without it yesterday at the exchange")
    fetched.add_argument("--tries", type=int, default=4, help="how often a call is tried")
    adjusting = "shares as traded, or adjusted backwards (hfq), whose past does not change with each dividend as that of qfq does"
    fetched.add_argument("--adjust", choices=("none", "hfq"), default="none", help=adjusting)
    fetched.set_defaults(run=_fetch)
    for one in (add, fetched):
        one.add_argument("--name-en")
        one.add_argument("--name-zh")
        one.add_argument("--kind", help="benchmark, sector_index, concept_index, stock or etf")
        one.add_argument("--sectors", help="such as film,short_drama; cross for none in particular")
        one.add_argument("--currency", help="such as CNY")
        one.add_argument("--provider", help="who publishes it, or the exchange")
        one.add_argument(
            "--calendar", help="exchange whose closed days are refused, such as XSHG; weekdays; none. Follows from the currency"
        )
        one.add_argument("--benchmark", help="code of the series that it is set beside")
        one.add_argument("--terms", help="on what terms you have it")
        one.add_argument(
            "--max-move-pct", type=float, help="largest move from row to row, in percent: 35 for indices and funds, 45 for shares"
        )
        one.add_argument("--skip-bad", action="store_true", help="store the good rows and list the bad ones")
        one.add_argument("--dry-run", action="store_true", help="check and report, store nothing")
    commands.add_parser("list", help="what is loaded").set_defaults(run=_list)
    removing = commands.add_parser("remove", help="take a series out")
    removing.add_argument("code")
    removing.set_defaults(run=_remove)
    return parser


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except NotDescribed as error:
        say("\n".join(f"{options.command}: {remedy}" for remedy in error.remedies))
        return 2
    except FileRefused as error:
        say(error.problem)
    except (PackageMissing, LevelsUnreadable, PlaceUnreadable) as error:
        say(error)
    return 1


if __name__ == "__main__":
    sys.exit(main())
