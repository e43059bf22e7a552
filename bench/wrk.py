"""wrk, the program that asks as fast as answers come: run once, and its report read."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import urlopen

THREADS = 2
_RATE = re.compile(r"^Requests/sec:\s+([\d.]+)", re.MULTILINE)
_TOTAL = re.compile(r"^\s*(\d+) requests in", re.MULTILINE)
_BAD = re.compile(r"^\s*Non-2xx or 3xx responses: (\d+)", re.MULTILINE)
_SOCKETS = re.compile(r"^\s*Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", re.MULTILINE)
_LATENCY = re.compile(r"^\s*(50|99)%\s+([\d.]+)(us|ms|s|m)\b", re.MULTILINE)
_SAID = re.compile(r"^bench: (.*)$", re.MULTILINE)
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1_000.0, "m": 60_000.0}


class DriverError(Exception):
    """The driver could not do its work; the text says why."""


@dataclass(frozen=True, slots=True)
class Report:
    """What wrk measured. ``errors`` counts answers that are neither 2xx nor 3xx, and connections that failed."""

    rate: float  # answers a second
    total: int
    errors: int
    median_ms: float
    p99_ms: float
    said: tuple[str, ...] = ()  # by the script


def read_report(text: str) -> Report:
    """Read what wrk prints with ``--latency``. Raises DriverError where that is no report."""
    rate, total = _RATE.search(text), _TOTAL.search(text)
    if rate is None or total is None:
        raise DriverError(f"wrk gave no report:\n{text[-2000:]}")
    bad, sockets = _BAD.search(text), _SOCKETS.search(text)
    errors = int(bad[1]) if bad else 0
    errors += sum(map(int, sockets.groups())) if sockets else 0
    latency = {found[1]: float(found[2]) * _MILLISECONDS[found[3]] for found in _LATENCY.finditer(text)}
    return Report(
        rate=float(rate[1]),
        total=int(total[1]),
        errors=errors,
        median_ms=latency.get("50", 0.0),
        p99_ms=latency.get("99", 0.0),
        said=tuple(_SAID.findall(text)),
    )


def drive(
    url: str,
    *,
    connections: int,
    seconds: int,
    headers: Mapping[str, str] | None = None,
    script: Path | None = None,
    arguments: Sequence[str] = (),
) -> Report:
    """Ask ``url`` over ``connections`` for ``seconds`` and return what was measured; ``arguments`` go to the ``script``.

    It returns when the server has answered what it was at as the driver hung up, which would slow whatever is asked next.
    """
    command = ["wrk", f"-t{THREADS}", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "30s"]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    if script:
        command += ["-s", str(script)]
    command += [url, *(["--", *arguments] if arguments else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DriverError(f"wrk: {done.stderr.strip() or done.stdout.strip()}")
    last = urljoin(url, "/healthz")
    with ThreadPoolExecutor(connections) as pool:  # they stand in line behind what was begun
        list(pool.map(_wait_for_answer, [last] * connections))
    return read_report(done.stdout)


def _wait_for_answer(url: str) -> None:
    with suppress(OSError):  # that a page is not there is an answer, too
        urlopen(url, timeout=30).close()  # noqa: S310 - the server that is measured
