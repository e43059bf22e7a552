"""What came out: a table on the terminal, all numbers as JSON, and a page with drawings."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from .plots import Curve, draw
from .samples import Samples
from .targets import Line

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
VERDICTS = {"aim": "met, and the aim", "must": "met", "missed": "MISSED", "below aim": "below the aim", "": ""}
STYLES = {"aim": "bold green", "must": "green", "missed": "bold red", "below aim": "yellow", "": ""}


def write_value(line: Line) -> str:
    """Return the value of a line with its unit, three digits of it."""
    if line.value is None:
        return "–"
    value = line.value
    digits = f"{value:,.0f}" if abs(value) >= 100 or (value == int(value) and line.unit != "×") else f"{value:.3g}"
    return f"{digits} {line.unit}".strip()


def make_table(lines: Sequence[Line], vendor: str) -> Table:
    """Return the table of one database."""
    table = Table(title=f"{NAMES[vendor]}: ratios within one run, medians of its rounds", title_justify="left")
    for name in ("", "", "measured", "must", "aim", ""):
        table.add_column(name, justify="right" if name else "left")
    group = ""
    for line in lines:
        if line.group != group:
            table.add_section()
        first = "" if line.group == group else line.group
        group = line.group
        must, aim = (str(bound) if bound else "" for bound in (line.must, line.aim))
        table.add_row(first, line.words, write_value(line), must, aim, VERDICTS[line.verdict], style=STYLES[line.verdict])
    return table


def print_table(console: Console, lines: Sequence[Line], samples: Samples, vendor: str) -> None:
    """Print the table and what a reader of it has to know."""
    console.print(make_table(lines, vendor))
    for note in samples.notes:
        console.print(f"· {note}", markup=False, highlight=False)
    if missed := [line for line in lines if line.verdict == "missed"]:
        words = "; ".join(f"{line.group}, {line.words}: {write_value(line)} ({line.must})" for line in missed)
        console.print(f"Missed: {words}", style="bold red", markup=False)


def describe_run(lines: Sequence[Line], samples: Samples, facts: dict[str, Any]) -> dict[str, Any]:
    """Return everything about the measures of one database as plain values."""
    rows = [{**asdict(line), "must": str(line.must or ""), "aim": str(line.aim or ""), "verdict": line.verdict} for line in lines]
    errors = {name: count for name, count in samples.errors.items() if count}
    return {**facts, "lines": rows, "samples": samples.values, "errors": errors, "notes": samples.notes}


def draw_growth(samples: Samples, sizes: Sequence[int]) -> dict[str, str]:
    """Return drawings by file name: how answers a second change with a longer conversation, and with a bigger site."""
    talks = ((25, f"at {max(sizes)}"), (1_000, "long first"), (10_000, "wide first"))
    by_length = []
    for how, words in (("cached", "kept"), ("uncached", "made anew")):
        names = [(count, f"{how} {what}" if what.startswith("at ") else f"{what} {how}") for count, what in talks]
        found = [(float(count), middle) for count, name in names if (middle := samples.middle(name))]
        by_length.append(Curve(words, found))
    by_size = [
        Curve(words, [(float(size), middle) for size in sizes if (middle := samples.middle(f"{how} at {size}"))])
        for how, words in (("cached", "kept"), ("uncached", "made anew"))
    ]
    y_words = "answers a second, 16 connections"
    return {
        "comments": draw("A longer conversation", "comments under the article, first page of them", y_words, by_length),
        "site": draw("A bigger site", "comments in ordinary articles of the site; article with 25", y_words, by_size),
    }


def write_results(folder: Path, runs: Sequence[dict[str, Any]], drawings: dict[str, dict[str, str]]) -> Path:
    """Write JSON, drawings and a page into ``folder``; return the page."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(runs, indent=1, ensure_ascii=False) + "\n")
    page = [
        "# Benchmark",
        "",
        f"{datetime.now().astimezone():%Y-%m-%d %H:%M}, {platform.machine()}, Python {platform.python_version()}",
    ]
    for run in runs:
        vendor = run["vendor"]
        page += ["", f"## {NAMES[vendor]}", "", *(f"{name}: {value}  " for name, value in run["facts"].items()), ""]
        page += ["| | | measured | must | aim | |", "| --- | --- | --: | --: | --: | --- |"]
        for row in run["lines"]:
            line = Line(row["group"], row["words"], row["value"], row["unit"])
            cells = (row["group"], row["words"], write_value(line), row["must"], row["aim"], VERDICTS[row["verdict"]])
            page.append(f"| {' | '.join(cells)} |")
        page += ["", *(f"- {note}" for note in run["notes"])]
        for name, drawing in drawings[vendor].items():
            if drawing:
                (folder / f"{vendor}-{name}.svg").write_text(drawing)
                page += ["", f"![{name}]({vendor}-{name}.svg)"]
    path = folder / "results.md"
    path.write_text("\n".join(page) + "\n")
    return path
