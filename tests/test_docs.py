"""What is written down exists, and what exists is written down: settings, commands, make targets, addresses, licence."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from django.core.management import get_commands, load_command_class
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from forum.subscriptions.kinds import KINDS
from tests.test_architecture import OUR_APPS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()

SETTINGS_READ = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "forum" / "settings.py").read_text()))
OUR_COMMANDS = {name for name, app in get_commands().items() if app in {config.name for config in OUR_APPS}}


def test_every_setting_is_explained_and_every_explained_setting_is_read() -> None:
    assert set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE)) == SETTINGS_READ
    table = README.split("## Settings")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE)) == SETTINGS_READ


def test_every_example_has_a_comment_above_it() -> None:
    lines = EXAMPLE.splitlines()
    examples = [number for number, line in enumerate(lines) if re.match(r"#[A-Z_]+=", line)]
    assert [lines[number] for number in examples if not lines[number - 1].startswith("# ")] == []


def test_every_command_is_in_the_readme_and_every_command_there_exists() -> None:
    assert set(re.findall(r"manage\.py (\w+)", README + EXAMPLE)) == OUR_COMMANDS


def test_every_command_says_what_it_is_for_and_every_option_in_the_readme_exists() -> None:
    loaded = [load_command_class(get_commands()[name], name) for name in OUR_COMMANDS]
    assert [command for command in loaded if not command.help] == []
    options = {
        option for command in loaded for action in command.create_parser("", "")._actions for option in action.option_strings
    }
    assert set(re.findall(r"`(--[a-z-]+)", README)) <= options


def test_every_make_target_is_in_the_readme_and_every_target_there_exists() -> None:
    targets = set(re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)[1].split())
    assert set(re.findall(r"\bmake (run|test|check|bench|drill|\w+(?=`))", README)) == targets
    assert set(re.findall(r"^# make (\w+)", MAKEFILE, re.MULTILINE)) == targets


def routes(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    """Yield the address of every page, as the README writes it; the administration counts as one."""
    for pattern in patterns:
        route = before + re.sub(
            r"<(?:\w+:)?(\w+)>", lambda part: {"pk": "<id>"}.get(part[1], f"<{part[1]}>"), str(pattern.pattern)
        )
        if route.startswith("/admin/"):
            yield "/admin/"
        elif isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def test_every_address_is_in_the_readme_and_every_address_there_exists() -> None:
    table = README.split("## Pages")[1].split("\n## ")[0]
    written = set(re.findall(r"`(/[^`\s]*)`", table))
    assert written == set(routes(get_resolver().url_patterns))
    for address in re.findall(r"`(/[^`\s]*)`", README):
        assert resolve(address.replace("<slug>", "an-article").replace("<id>", "1"))


def test_every_folder_in_the_readme_exists() -> None:
    table = README.split("## Folders")[1].split("\n## ")[0]
    folders = re.findall(r"`([a-z/]+/)`", table)
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []
    assert {config.name.replace(".", "/") + "/" for config in OUR_APPS} <= set(folders)


def test_licence_is_the_one_that_is_named() -> None:
    licence = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license"]
    assert licence in README
    assert "GNU GENERAL PUBLIC LICENSE" in (ROOT / "LICENSE").read_text()


def test_every_kind_of_mail_is_in_the_readme_and_every_kind_there_is_written() -> None:
    table = README.split("### Mail and background work")[1].split("\n### ")[0]
    listed = {
        kind for line in table.splitlines() if line.startswith("| `") for kind in re.findall(r"`([\w-]+)`", line.split("|")[1])
    }
    assert {kind.name for kind in KINDS} <= listed
    code = "\n".join(path.read_text() for path in (ROOT / "forum").rglob("*.py") if "migrations" not in path.parts)
    assert [kind for kind in listed if f'"{kind}"' not in code] == []
    given = set(re.findall(r'write_letter\([^()]*(?:\([^()]*\)[^()]*)*kind="([\w-]+)"', code))
    assert given
    assert given <= listed
