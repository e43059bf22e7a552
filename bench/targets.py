"""What has to be reached, and what is aimed at: the measures of the table, each from the samples. Pure."""

import operator
from collections.abc import Sequence
from dataclasses import dataclass

from .samples import Samples

BEST_PEER = 69.0  # answers a second: the fastest of six other systems with an article of 25 comments, on a machine of two cores
BEST_PEER_POSTS = 291.0  # comments a second, of the fastest of them at writing


@dataclass(frozen=True, slots=True)
class Bound:
    """A number that a value must not be above, or not below."""

    number: float
    is_most: bool = False

    def holds(self, value: float) -> bool:
        """Tell whether ``value`` is on the right side, as printed with three digits."""
        compare = operator.le if self.is_most else operator.ge
        return bool(compare(float(f"{value:.3g}"), self.number))

    def __str__(self) -> str:
        return f"{'≤' if self.is_most else '≥'} {self.number:g}"


def least(number: float) -> Bound:
    """Return the bound that a value has to reach."""
    return Bound(number)


def most(number: float) -> Bound:
    """Return the bound that a value must not exceed."""
    return Bound(number, is_most=True)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table."""

    group: str
    words: str
    value: float | None
    unit: str = "×"
    must: Bound | None = None
    aim: Bound | None = None

    @property
    def verdict(self) -> str:
        """Return "aim", "must" or "missed"; nothing where there is no bound or no value."""
        if self.value is None or (self.must is None and self.aim is None):
            return ""
        if self.aim is not None and self.aim.holds(self.value):
            return "aim"
        if self.must is None:
            return "below aim"
        return "must" if self.must.holds(self.value) else "missed"


def make_lines(samples: Samples, *, sizes: Sequence[int], vendor: str, peers: Sequence[str] = ()) -> list[Line]:
    """Return the table of a run. ``sizes`` are the sites measured, the smallest first; the largest stands for "the" site."""
    small, large = min(sizes), max(sizes)
    ratio, middle = samples.ratio, samples.middle
    cached, uncached, plain = f"cached at {large}", f"uncached at {large}", f"uncached plain at {large}"
    kept, made = "Article, 25 comments, kept", "Article, 25 comments, made anew"
    rate = middle(cached)
    lines = [
        Line(kept, "of Django returning ready bytes", ratio(cached, "ready"), must=least(3)),
        Line(kept, "of bare WSGI", ratio(cached, "bare"), must=least(0.3), aim=least(0.7 if vendor == "sqlite" else 0.45)),
        Line(kept, "of the best peer measured elsewhere", rate / BEST_PEER if rate else None, must=least(100)),
        *(Line(kept, f"of {name}", ratio(cached, f"peer {name}")) for name in peers),
        Line(kept, "answers a second", rate, "/s"),
        Line(made, "of Django returning ready bytes", ratio(uncached, "ready"), must=least(0.1), aim=least(0.35)),
        Line(made, "the same, not compressed on the way", ratio(plain, "ready")),
        Line(made, "answers a second", middle(uncached), "/s"),
    ]
    if small != large:
        grown = f"{large:,} comments in the site / {small:,}"
        lines += [
            Line(grown, "article kept", ratio(cached, f"cached at {small}"), must=least(0.95), aim=least(1)),
            Line(grown, "article made anew", ratio(uncached, f"uncached at {small}"), must=least(0.95), aim=least(1)),
        ]
    for group, far, first in (
        ("10,000 threads: page 490 / page 1", "wide far", "wide first"),
        ("10,000 replies: last page / first", "deep last", "deep first"),
    ):
        lines += [
            Line(group, words, ratio(f"{far} {how}", f"{first} {how}"), must=least(0.9), aim=least(1))
            for words, how in (("kept", "cached"), ("made anew", "uncached"))
        ]
    whole = "1,000 comments, every page, one reader"
    lines += [
        Line(whole, "nothing of it kept", middle("whole talk seconds"), "s", most(0.5), most(0.15)),
        Line(whole, "once more", middle("whole talk again seconds"), "s"),
        Line(whole, "compressed", middle("whole talk KB"), "KB", most(600), most(350)),
        Line(whole, "requests", middle("whole talk requests"), ""),
    ]
    return [
        *lines,
        *_lines_of_writing(samples),
        *_lines_of_lists(samples),
        *_lines_of_size(samples),
        *_lines_of_archive(samples, small),
    ]


def _lines_of_writing(samples: Samples) -> list[Line]:
    ratio, middle = samples.ratio, samples.middle
    posting, crowd = "Posting, 8 connections, one article", "200 people post at once, moderators decide"
    none = most(0)
    return [
        Line(posting, "of a bare insert", ratio("posts", "insert"), must=least(0.3), aim=least(0.55)),
        Line(posting, "comments a second", middle("posts"), "/s", aim=least(BEST_PEER_POSTS)),
        Line(posting, "99 of 100 answered within", middle("posts p99"), "ms"),
        Line(posting, "errors", _count(samples, "posts"), "", none),
        Line(posting, "stored counts that are wrong", middle("posts wrong counts"), "", none),
        Line(crowd, "errors", middle("crowd errors"), "", none),
        Line(crowd, "deadlocks", middle("crowd deadlocks"), "", none),
        Line(crowd, "“database is locked”", middle("crowd locked"), "", none),
        Line(crowd, "stored counts that are wrong", middle("crowd wrong counts"), "", none),
        Line(crowd, "slowest answer", middle("crowd slowest seconds"), "s", aim=most(2)),
        Line(crowd, "answers a second", middle("crowd answers a second"), "/s"),
    ]


def _count(samples: Samples, name: str) -> float | None:
    return samples.errors[name] + (samples.middle("posts stored and not answered") or 0) if samples.values.get(name) else None


def _lines_of_lists(samples: Samples) -> list[Line]:
    names = [name for name in samples.values if name.startswith("ms ")]
    return [Line("One person waits", name.removeprefix("ms "), samples.middle(name), "ms") for name in names]


def _lines_of_size(samples: Samples) -> list[Line]:
    middle = samples.middle
    memory = "Memory of 2 web workers and 1 worker, after the reads"
    lines = [
        Line(memory, "shared parts counted once (PSS)", middle("memory PSS"), "MB", most(350), most(250)),
        Line(memory, "shared parts counted in each (RSS)", middle("memory RSS"), "MB"),
        Line("First view of the sample article", "page to the end of its first section, and style sheet", middle("first view KB"),
             "KB", most(14), most(10)),
    ]  # fmt: skip
    names = [name for name in samples.values if name.startswith("import ")]
    return lines + [Line("Import of the open format", name.removeprefix("import "), middle(name), "/s") for name in names]


def _lines_of_archive(samples: Samples, size: int) -> list[Line]:
    archive = f"Archive of {size:,} comments"
    faster = samples.ratio("archive seconds", "archive again seconds")
    return [
        Line(archive, "pages a second", samples.middle("archive pages a second"), "/s", must=least(100)),
        Line(archive, "once more, unchanged: so much faster", faster, must=least(10)),
    ]
