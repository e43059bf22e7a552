"""A line within one process."""

import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

from forum.site.lines import Line

PEOPLE = 6
LONG = 30.0  # seconds; nobody waits that long unless something is broken


@contextmanager
def somebody_in(line: Line) -> Iterator[None]:
    """Let another thread have its turn for the time of the block."""
    is_in, may_leave = threading.Event(), threading.Event()

    def stay() -> None:
        with line.turn():
            is_in.set()
            may_leave.wait(LONG)

    thread = threading.Thread(target=stay)
    thread.start()
    assert is_in.wait(LONG)
    try:
        yield
    finally:
        may_leave.set()
        thread.join()


def wait_for_length(line: Line, length: int) -> None:
    deadline = time.monotonic() + LONG
    while len(line._waiting) < length:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_whoever_comes_first_is_first_and_alone() -> None:
    line, order, at_work = Line(LONG), [], []

    def work(number: int) -> None:
        with line.turn():
            at_work.append(number)
            time.sleep(0.002)
            order.append(tuple(at_work))
            at_work.remove(number)

    with ThreadPoolExecutor(PEOPLE) as pool, somebody_in(line):
        for number in range(PEOPLE):
            pool.submit(work, number)
            wait_for_length(line, number + 2)
        assert order == []
    assert order == [(number,) for number in range(PEOPLE)]
    assert not line._waiting


def test_whoever_stood_long_enough_goes_on_and_the_line_moves_on() -> None:
    line = Line(0.01)
    with somebody_in(line):
        with line.turn():
            wait_for_length(line, 2)
        assert len(line._waiting) == 1
    assert not line._waiting
    with line.turn():
        assert len(line._waiting) == 1


def test_next_one_has_its_turn_behind_somebody_who_went_on_without_theirs() -> None:
    line = Line(0.01)
    with ThreadPoolExecutor(1) as pool:
        with ExitStack() as impatient:
            with somebody_in(line):
                impatient.enter_context(line.turn())
                line._longest_wait = LONG
                next_one = pool.submit(line.turn().__enter__)
                wait_for_length(line, 3)
            wait_for_length(line, 2)
            assert not next_one.done()
        next_one.result(LONG / 2)


def test_error_does_not_stop_the_line() -> None:
    line = Line(LONG)
    with pytest.raises(ValueError, match="no"), line.turn():
        raise ValueError("no")
    assert not line._waiting
    with line.turn():
        pass


@pytest.fixture
def interrupts() -> Iterator[None]:
    """Let SIGINT do what it does by itself, whatever was run in this process before."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, former)


def test_whoever_gives_up_waiting_leaves_the_line(interrupts: None) -> None:
    line = Line(LONG)
    with somebody_in(line):
        threading.Timer(0.05, signal.pthread_kill, (threading.get_ident(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt), line.turn():
            raise AssertionError
        assert len(line._waiting) == 1
    assert not line._waiting
