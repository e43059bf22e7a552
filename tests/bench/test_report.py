"""From numbers to the table: ratios round by round, what was met, and the page with its drawings."""

import io
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from bench.plots import Curve, draw
from bench.report import describe_run, draw_growth, print_table, write_results
from bench.samples import Samples
from bench.targets import Line, least, make_lines, most
from bench.wrk import DriverError, read_report

WRK = """Running 2s test @ http://127.0.0.1:1/
  2 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.50ms  300.00us   9.00ms   90.00%
    Req/Sec     5.20k   300.00     6.00k    80.00%
  Latency Distribution
     50%    1.40ms
     75%    1.60ms
     90%    1.90ms
     99%    2.50s
  20841 requests in 2.00s, 250.00MB read
{more}Requests/sec:  10420.50
Transfer/sec:    125.00MB
bench: failed=3 stopped=0
"""

pytestmark = pytest.mark.one_database


def samples_with(**values: list[float]) -> Samples:
    """Return samples with these numbers; an underscore stands for a space."""
    samples = Samples()
    for name, found in values.items():
        for value in found:
            samples.add(name.replace("_", " "), value)
    return samples


def test_report_of_the_driver_is_read() -> None:
    report = read_report(WRK.format(more=""))
    assert (report.rate, report.total, report.errors) == (10420.5, 20841, 0)
    assert (report.median_ms, report.p99_ms) == (1.4, 2500)
    assert report.said == ("failed=3 stopped=0",)


def test_answers_that_failed_and_lost_connections_are_errors() -> None:
    more = "  Socket errors: connect 1, read 2, write 0, timeout 4\n  Non-2xx or 3xx responses: 30\n"
    assert read_report(WRK.format(more=more)).errors == 37


def test_what_is_no_report_is_an_error() -> None:
    with pytest.raises(DriverError):
        read_report("unable to connect to 127.0.0.1:1 Connection refused")


def test_ratio_is_taken_in_each_round_and_then_the_middle() -> None:
    # A machine that was ten times slower in one round tells nothing of the ratio.
    samples = samples_with(ours=[300, 30, 330], ceiling=[100, 10, 100])
    assert samples.ratio("ours", "ceiling") == 3
    assert samples.ratio("ours", "nobody") is None


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(0.2, "missed"), (0.3, "must"), (0.2996, "must"), (0.44, "must"), (0.45, "aim"), (None, "")],
)
def test_value_is_held_against_what_must_be_and_what_is_aimed_at(value: float | None, verdict: str) -> None:
    assert Line("", "", value, must=least(0.3), aim=least(0.45)).verdict == verdict


def test_less_is_better_where_it_is_said() -> None:
    assert Line("", "", 0, must=most(0)).verdict == "must"
    assert Line("", "", 1, must=most(0)).verdict == "missed"
    assert Line("", "", 3, aim=most(2)).verdict == "below aim"


def test_table_names_what_was_missed_and_what_a_peer_did() -> None:
    samples = samples_with(
        bare=[30_000, 20_000], ready=[4_000, 4_000], cached_at_1000=[12_000, 6_000], uncached_at_1000=[40, 40], peer_old=[40, 40]
    )
    lines = make_lines(samples, sizes=(1000,), vendor="sqlite", peers=("old",))
    values = {(line.words, line.verdict): line.value for line in lines if line.value is not None}
    assert values[("of bare WSGI", "must")] == pytest.approx(0.35)
    assert values[("of Django returning ready bytes", "missed")] == pytest.approx(0.01)
    assert values[("of old", "")] == 225
    console = Console(width=200, record=True, file=io.StringIO())
    print_table(console, lines, samples, "sqlite")
    assert "Missed: Article, 25 comments, kept, of Django" in console.export_text()


def test_errors_of_posting_are_counted_and_nothing_is_measured_where_nobody_posted() -> None:
    lines = {(line.group[:7], line.words): line for line in make_lines(Samples(), sizes=(10,), vendor="sqlite")}
    assert lines["Posting", "errors"].value is None
    samples = samples_with(insert=[700.0])
    samples.add("posts", 300, errors=2)
    lines = {(line.group[:7], line.words): line for line in make_lines(samples, sizes=(10,), vendor="sqlite")}
    assert (lines["Posting", "errors"].value, lines["Posting", "errors"].verdict) == (2, "missed")


def test_growth_is_told_only_with_two_sizes() -> None:
    samples = samples_with(cached_at_10=[100.0], cached_at_1000=[99.0])
    grown = [line for line in make_lines(samples, sizes=(10, 1000), vendor="postgresql") if "in the site" in line.group]
    assert [line.value for line in grown] == [0.99, None]
    assert not [line for line in make_lines(samples, sizes=(10,), vendor="postgresql") if "in the site" in line.group]


def test_drawing_is_an_image_with_a_line_for_each_curve() -> None:
    image = ET.fromstring(draw("Growth & more", "comments", "a second", [Curve("kept", [(25, 100), (1000, 90)])]))
    assert image.tag.endswith("svg")
    assert len([mark for mark in image.iter() if mark.tag.endswith("circle")]) == 2
    assert draw("Growth", "", "", [Curve("kept", [])]) == ""


def test_page_and_numbers_are_written(tmp_path: Path) -> None:
    samples = samples_with(bare=[30_000], ready=[4_000], cached_at_1000=[12_000], wide_first_cached=[9_000])
    lines = make_lines(samples, sizes=(1000,), vendor="sqlite")
    run = describe_run(lines, samples, {"vendor": "sqlite", "facts": {"rounds": 1}})
    page = write_results(tmp_path / "results", [run], {"sqlite": draw_growth(samples, (1000,))})
    text = page.read_text()
    assert "| Article, 25 comments, kept | of bare WSGI | 0.4 × | ≥ 0.3 | ≥ 0.7 | met |" in text
    assert "](sqlite-comments.svg)" in text
    assert ET.parse(page.with_name("sqlite-comments.svg"))
    assert json.loads(page.with_name("results.json").read_text())[0]["samples"]["bare"] == [30_000]
