"""``python -m bench``: fill databases once, start servers, measure in interleaved rounds, print a table, write a report."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any

from rich.console import Console

from tests.postgres import running_server
from tests.tools import install

from .archiving import measure_archive
from .databases import POSTGRESQL, Store, note_import, prepare, working_copies
from .generate import LONG_SLUG, SHORT_SLUG, WIDE_SLUG, Shape
from .options import Options, OptionsError, read_options
from .reading import (
    Pace,
    first_view_kb,
    keep_page,
    measure_articles,
    measure_lists,
    measure_long_talks,
    measure_whole_talk,
    sweep,
)
from .report import describe_run, draw_growth, print_table, write_results
from .samples import Samples
from .servers import ROOT, ServerError, memory_of, running_ceilings
from .sites import Site, SiteError
from .targets import make_lines
from .writing import MODERATORS, PEOPLE, measure_crowd, measure_decisions, measure_posting
from .wrk import DriverError

SWEPT = 2_500  # pages asked for before memory is read: about what two processes keep
MOST_ARCHIVED = 100_000  # comments: an archive of a million takes more than an hour
SMOKE_SIZES = (60,)
WIDTH = 150  # of the table in a file
DRIVER: dict[tuple[str, ...], str] = {("wrk",): "wrk"}


def shape_of(size: int, *, smoke: bool) -> Shape:
    """Return the site of a size; small odd conversations where only the way is tried."""
    return Shape(size, wide=45, deep=120, long=60, waiting=40) if smoke else Shape(size)


def main(arguments: list[str] | None = None) -> int:
    """Run the whole benchmark; 0 when every "must" was met, 1 when one was missed, 2 when it could not be run."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    try:
        options = read_options(arguments)
        if missing := install(DRIVER, "The benchmark"):
            return missing
        runs, drawings, missed = [], {}, False
        for vendor in options.vendors:
            run, drawings[vendor], all_met = run_on(vendor, options, console)
            runs.append(run)
            missed |= not all_met
            if run["facts"]["stopped"]:
                break
    except (OptionsError, ServerError, SiteError, DriverError) as error:
        console.print(str(error), style="bold red", markup=False)
        return 2
    output = options.output or options.folder / "results" / f"{datetime.now().astimezone():%Y-%m-%d-%H%M%S}"
    console.print(f"Written: {write_results(output, runs, drawings)}, with results.json beside it", markup=False)
    return int(missed and not options.smoke)


def run_on(vendor: str, options: Options, console: Console) -> tuple[dict[str, Any], dict[str, str], bool]:
    """Measure on one kind of database; return what came out, drawings, and whether every "must" was met."""

    def say(words: str) -> None:
        console.print(f"{datetime.now().astimezone():%H:%M:%S} {vendor}: {words}", style="dim", markup=False, highlight=False)

    sizes = SMOKE_SIZES if options.smoke else options.sizes
    samples = Samples()
    pace = Pace(options.rounds, options.seconds, asked=2 if options.smoke else 15, warms_up=not options.smoke, say=say)
    with opened_store(vendor, options) as store:
        sources = {}
        for size in sizes:
            if url := options.prepared.get(vendor, {}).get(size):
                sources[size] = url
                continue
            sources[size], rate = prepare(store, shape_of(size, smoke=options.smoke), say, fresh=options.fresh)
            note_import(samples, size, rate)
        measure_first_view(store, samples)
        stopped = False
        with working_copies(store, sources, say) as sites:
            try:
                measure_sites(sites, samples, options, pace, say)
            except KeyboardInterrupt:
                stopped = True
                samples.notes.append("Stopped before the end: what has no number was not measured.")
    lines = make_lines(samples, sizes=sizes, vendor=vendor, peers=tuple(options.peers))
    print_table(console, lines, samples, vendor)
    facts = {
        "commit": _commit(), "sizes": list(sizes), "rounds": options.rounds, "seconds": options.seconds,
        "cores": os.cpu_count(), "load at the end": os.getloadavg()[0], "stopped": stopped,
    }  # fmt: skip
    run = describe_run(lines, samples, {"vendor": vendor, "facts": facts})
    return run, draw_growth(samples, sizes), not any(line.verdict == "missed" for line in lines)


def measure_sites(sites: dict[int, Site], samples: Samples, options: Options, pace: Pace, say: Callable[[str], None]) -> None:
    """Start the servers and take every measure: reading first, for writing changes what is read.

    Where it is not said otherwise, the site with the most comments is measured.
    """
    large = sites[max(sites)]
    if (smallest := min(sites)) <= MOST_ARCHIVED:
        say(f"Archive of {smallest:,} comments")
        measure_archive(sites[smallest], samples)
    with ExitStack() as running:
        servers = {size: running.enter_context(site.serve()) for size, site in sites.items()}
        server = servers[large.size]
        page = large.folder / "page.json"
        keep_page(server, page, large.call("text", slug=SHORT_SLUG))
        discussion = large.call("discussion", slug=WIDE_SLUG)
        ceilings = running.enter_context(
            running_ceilings(database_url=large.database_url, folder=large.folder, page=page, discussion=discussion)
        )
        places = large.call("places")
        moderator = large.call("moderators", count=1)[0]
        say("The article with 25 comments")
        measure_articles(servers, ceilings, options.peers, samples, pace)
        say("Long conversations")
        measure_long_talks(server, places, samples, pace)
        measure_whole_talk(large, server, places["long_count"], samples, pace)
        say("Lists, feeds, search")
        measure_lists(server, moderator, samples, pace)
        say("Memory")
        with large.work() as worker:
            sweep(server, large.call("pages", count=50 if options.smoke else SWEPT))
            rss, pss = memory_of([*server.processes(), *worker])
        samples.add("memory RSS", rss)
        samples.add("memory PSS", pss)
        say("Decisions")
        measure_decisions(large, server, moderator, samples, pace)
        say(f"Posting to {LONG_SLUG}")
        measure_posting(large, server, ceilings, samples, pace)
        people, moderators = (8, 2) if options.smoke else (PEOPLE, MODERATORS)
        say(f"{people} people at once")
        measure_crowd(large, server, samples, people=people, moderators=moderators)


def measure_first_view(store: Store, samples: Samples) -> None:
    """Measure how much a reader of the sample article loads first."""
    store.create("sample")
    site = Site(0, store.url("sample"), store.folder)
    site.manage("migrate", "--verbosity", "0")
    found = site.call("first_view")
    samples.add("first view KB", first_view_kb(bytes.fromhex(found["page"]), bytes.fromhex(found["sheet"])))
    store.drop("sample")


@contextmanager
def opened_store(vendor: str, options: Options) -> Iterator[Store]:
    """Give the databases of one kind, with their server for the time of the block."""
    options.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    if vendor == "sqlite":
        yield Store(vendor, options.folder)
        return
    # Copies can be made on the server of the originals alone.
    if url := options.server or next(iter(options.prepared.get(vendor, {}).values()), ""):
        yield Store(vendor, options.folder, url.rpartition("/")[0] + "/postgres")
        return
    with running_server(options.folder / "postgresql", POSTGRESQL) as url:
        yield Store(vendor, options.folder, url)


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607 - whichever git is installed
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "no commit"


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):  # however it is stopped, it ends its servers and prints what it has
        signal.signal(number, signal.default_int_handler)
    sys.exit(main())
