"""What can be asked of the benchmark, and what makes no sense."""

import pytest

from bench.options import OptionsError, read_options

pytestmark = pytest.mark.one_database


def test_everything_has_a_default_that_measures_all() -> None:
    options = read_options([])
    assert (options.sizes, options.vendors) == ((25_000, 1_000_000), ("sqlite", "postgresql"))
    assert not options.smoke


def test_peers_and_prepared_databases_are_read() -> None:
    options = read_options(["--peer", "old=http://127.0.0.1:1/a?b=c", "--prepared", "25000=sqlite:////tmp/a.sqlite3"])
    assert options.peers == {"old": "http://127.0.0.1:1/a?b=c"}
    assert options.prepared == {"sqlite": {25_000: "sqlite:////tmp/a.sqlite3"}}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--sizes", "many"],
        ["--sizes", "0"],
        ["--databases", "oracle"],
        ["--rounds", "0"],
        ["--peer", "http://127.0.0.1/"],
        ["--prepared", "big=sqlite:////tmp/a.sqlite3"],
    ],
)
def test_nonsense_is_refused_with_a_sentence(arguments: list[str]) -> None:
    with pytest.raises(OptionsError, match=r"\.$"):
        read_options(arguments)
