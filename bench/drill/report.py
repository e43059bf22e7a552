"""What the drill says at its end: what was done and when, what people saw, and the two numbers that must be nought."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

OUTAGE_GAP_SECONDS = 2.0  # failures closer together than this are one interruption


@dataclass
class Result:
    """The numbers of one drill; times are seconds since its beginning."""

    seconds: float
    events: list[tuple[float, str]]
    acknowledged: int
    lost: list[str]
    published: int
    removed: int
    stale: list[str]
    mails_expected: int
    mails_missing: int
    mails_doubled: int
    mails_of_removed: int
    requests: dict[str, int]
    slowest: dict[str, float]
    interruptions: list[tuple[float, float, dict[str, int]]] = field(default_factory=list)
    counts_wrong: dict[str, int] = field(default_factory=dict)

    @property
    def is_passed(self) -> bool:
        """Tell whether nothing acknowledged was lost and nothing removed was shown."""
        return not self.lost and not self.stale


def find_interruptions(failures: list[tuple[float, str]]) -> list[tuple[float, float, dict[str, int]]]:
    """Return from when to when requests failed without a pause of OUTAGE_GAP_SECONDS, and how many of each kind."""
    found: list[tuple[float, float, Counter[str]]] = []
    for at, what in sorted(failures):
        if found and at - found[-1][1] <= OUTAGE_GAP_SECONDS:
            begun, _, counts = found.pop()
        else:
            begun, counts = at, Counter()
        counts[what] += 1
        found.append((begun, at, counts))
    return [(begun, end, dict(counts)) for begun, end, counts in found]


def write_report(result: Result, folder: Path) -> str:
    """Write ``drill.json`` and ``drill.md`` into ``folder``; return the words of the latter."""
    lines = [
        "# Failure drill",
        "",
        f"{result.seconds:.0f} seconds of people writing, reading and deciding, through nginx, while parts were taken away.",
        "",
        "| measure | must | found |",
        "|---|--:|--:|",
        f"| acknowledged comments lost (of {result.acknowledged:,}) | 0 | {len(result.lost)} |",
        f"| pages that showed what had been removed (of {result.removed:,} removals) | 0 | {len(result.stale)} |",
        f"| counts that a recount found wrong | 0 | {sum(result.counts_wrong.values())} |",
        f"| mails missing (of {result.mails_expected:,}) | | {result.mails_missing} |",
        f"| mails sent twice | | {result.mails_doubled} |",
        f"| mails about comments that were removed in time or later | | {result.mails_of_removed} |",
        "",
        "| requests | |",
        "|---|--:|",
        *(f"| {kind} | {count:,} |" for kind, count in sorted(result.requests.items())),
        "",
        "| slowest answer | seconds |",
        "|---|--:|",
        *(f"| {kind} | {slow:.1f} |" for kind, slow in sorted(result.slowest.items())),
        "",
        "| when | what was done |",
        "|--:|---|",
        *(f"| {at:.0f} s | {what} |" for at, what in result.events),
        "",
        "| interruption | seconds | failed requests |",
        "|--:|--:|---|",
        *(
            f"| {begun:.0f} s | {end - begun:.1f} | {', '.join(f'{what}: {count}' for what, count in sorted(counts.items()))} |"
            for begun, end, counts in result.interruptions
        ),
        "",
        "Both zeros." if result.is_passed else "NOT PASSED.",
    ]
    text = "\n".join(lines) + "\n"
    (folder / "drill.md").write_text(text)
    (folder / "drill.json").write_text(json.dumps(asdict(result), indent=2))
    return text
