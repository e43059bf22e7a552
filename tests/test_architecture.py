"""The house rules that a machine can read: imports run down only, one writer of states, every app built alike."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import AppConfig, apps
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent

# From the top down. A module may import from its own app and from lower lines; apps of one line never import each other.
LAYERS = (
    {"forum.wsgi"},
    {"forum.settings", "forum.urls", "forum.kept_pages"},
    {"forum.duty"},  # counts what waits anywhere
    {"forum.imports", "forum.privacy", "forum.archive", "forum.api", "forum.backup"},
    {"forum.related"},
    {"forum.moderation", "forum.subscriptions", "forum.search", "forum.topics", "forum.care"},
    {"forum.discussion"},
    {"forum.accounts"},
    {"articles", "forum.mail", "forum.site"},
    {"forum.jobs"},  # mail is sent by a job; jobs know nobody who makes them
    {"forum.database"},
)
LEVELS = {app: level for level, line in enumerate(LAYERS) for app in line}

# An import stores what an old site had decided, as it was.
STATE_WRITERS = {
    "forum/discussion/services.py",
    "forum/discussion/tally.py",
    "forum/imports/making.py",
    "forum/imports/writer.py",
}
STATE_FIELDS = {"public", "listed", "held", "seen_by_human"}
HTML_WRITERS = {"markup.py", "rendering.py"}
# What talks to other machines, and who may: the worker's mail, the start of a server that looks for a free port.
NETWORK = {"socket", "ssl", "smtplib", "ftplib", "http.client", "urllib.request", "requests", "httpx", "urllib3", "aiohttp"}
CALLERS = {
    "forum/mail/failures.py",
    "forum/jobs/worker.py",
    "forum/site/startup.py",
    "forum/site/serving.py",
}

MODULES = sorted(
    path
    for folder in ("forum", "articles")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts and path.stat().st_size
)
OUR_APPS = [config for config in apps.get_app_configs() if config.name.split(".")[0] in ("articles", "forum")]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def app_of(module: str) -> str | None:
    """Return the line entry that ``module`` belongs to, or None for somebody else's package."""
    parts = module.split(".")
    if parts[0] == "articles":
        return "articles"
    return ".".join(parts[:2]) if parts[0] == "forum" and len(parts) > 1 else None


def imported_modules(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and name of everything that is imported anywhere in the file, for types too."""
    package = list(path.relative_to(ROOT).with_suffix("").parts)[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            # ``from forum import accounts`` imports a module as well as ``import forum.accounts`` does.
            yield from ((node.lineno, f"{module}.{alias.name}" if module == "forum" else module) for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_run_down_only(path: Path) -> None:
    own = app_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
    wrong = [
        f"{name_of(path)}:{line} imports {module}"
        for line, module in imported_modules(path)
        if (other := app_of(module)) and own and other != own and LEVELS[other] <= LEVELS[own]
    ]
    assert wrong == []


def state_writes(tree: ast.Module) -> Iterator[int]:
    """Yield the lines that write a comment's state or what follows from it: by attribute, by keyword or by name."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
        for target in (part for whole in targets for part in ast.walk(whole)):
            if isinstance(target, ast.Attribute) and (
                target.attr in STATE_FIELDS or (target.attr == "state" and "discussion" not in ast.unparse(target.value))
            ):
                yield node.lineno
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        stores = called.rsplit(".", 1)[-1] in (
            "update",
            "create",
            "get_or_create",
            "update_or_create",
            "Comment",
            "compose",
        )
        for keyword in node.keywords:
            if stores and (keyword.arg in STATE_FIELDS or (keyword.arg == "state" and "omment" in called)):
                yield node.lineno
        if called == "setattr" and isinstance(node.args[1], ast.Constant) and node.args[1].value in STATE_FIELDS | {"state"}:
            yield node.lineno


@pytest.mark.parametrize("path", [path for path in MODULES if name_of(path) not in STATE_WRITERS], ids=name_of)
def test_only_services_and_tally_write_the_state_of_a_comment(path: Path) -> None:
    assert list(state_writes(ast.parse(path.read_text()))) == []


@pytest.mark.parametrize(
    "attempt",
    [
        "comment.state = 'published'",
        "comment.public, x = True, 1",
        "Comment.objects.filter(pk=1).update(public=True)",
        "Comment.objects.create(state='published')",
        "setattr(comment, 'state', 'published')",
    ],
)
def test_the_search_for_writers_finds_them(attempt: str) -> None:
    assert list(state_writes(ast.parse(attempt))) == [1]


@pytest.mark.parametrize("path", [path for path in MODULES if path.name not in HTML_WRITERS], ids=name_of)
def test_text_is_called_safe_only_where_markup_is_made(path: Path) -> None:
    names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
    assert not names & {"mark_safe", "SafeText"}


@pytest.mark.parametrize("path", [path for path in MODULES if name_of(path) not in CALLERS], ids=name_of)
def test_nothing_that_answers_a_request_can_call_another_machine(path: Path) -> None:
    assert {module for _line, module in imported_modules(path)} & NETWORK == set()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_says_what_lives_here(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("config", OUR_APPS, ids=lambda config: config.name)
def test_every_app_has_the_same_anatomy(config: AppConfig) -> None:
    folder = Path(config.path)
    assert config.name in LEVELS
    assert config.label == config.name.rsplit(".", 1)[-1]
    assert type(config).__doc__
    assert (folder / "apps.py").exists()
    if list(config.get_models()):
        assert (folder / "models.py").exists()
        assert (folder / "migrations" / "0001_initial.py").exists()
    assert not [name for name in ("utils", "helpers", "common", "misc") if (folder / f"{name}.py").exists()]


def test_every_app_folder_is_installed() -> None:
    folders = {f"forum.{path.parent.name}" for path in (ROOT / "forum").glob("*/apps.py")} | {"articles"}
    assert folders == {config.name for config in OUR_APPS}
    assert settings.AUTH_USER_MODEL == "accounts.User"


def test_templates_trust_only_stored_html() -> None:
    wrong = [
        f"{name_of(path)}: {line.strip()}"
        for path in (ROOT / "templates").rglob("*.html")
        for line in path.read_text().splitlines()
        if re.search(r"(?<![._]html)\|safe", line) or "autoescape off" in line
    ]
    assert wrong == []


def test_pages_hold_no_inline_style_or_script() -> None:
    wrong = [
        name_of(path)
        for path in (ROOT / "templates").rglob("*.html")
        if "email" not in path.parts  # mail programs load no style sheet
        if any(sign in path.read_text() for sign in (" style=", "<style", "<script>", " onclick=", " onload=", " onsubmit="))
    ]
    assert wrong == []
