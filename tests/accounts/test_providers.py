"""Signing in through another site: nothing of it is there until SIGN_IN_PROVIDERS names one, and then a button that leads there.

The settings are read once in the life of a process, so each site here is a process of its own.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.migrated import copy_migrated

ROOT = Path(__file__).resolve().parents[2]

# Looks at a site with an OpenID Connect provider, as a browser does; prints what it saw.
LOOK = """
import json, django
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
client = Client()
pages = {path: client.get(path).content.decode() for path in ("/accounts/login/", "/accounts/signup/")}
asked = client.get("/accounts/oidc/clinic/login/?process=login")
sent = client.post("/accounts/oidc/clinic/login/?process=login")
print(json.dumps({
    "pages": pages, "asked": asked.content.decode(), "status": sent.status_code, "to": sent.get("Location", ""),
    "policy": asked["Content-Security-Policy"],
}))
"""


class Provider(BaseHTTPRequestHandler):
    """Says where its pages are, as OpenID Connect Discovery has it; nothing else is asked of it."""

    def do_GET(self) -> None:
        here = f"http://localhost:{self.server.server_port}"
        known = {"issuer": here, "authorization_endpoint": f"{here}/authorize", "token_endpoint": f"{here}/token"}
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(known | {"jwks_uri": f"{here}/keys", "userinfo_endpoint": f"{here}/me"}).encode())

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@pytest.fixture
def provider() -> Iterator[str]:
    """Run a provider; return its address."""
    server = HTTPServer(("localhost", 0), Provider)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def run_site(folder: Path, providers: str, code: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "forum.settings",
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
        "SIGN_IN_PROVIDERS": providers,
    }
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.django_db
def test_nothing_is_shown_without_a_provider(client: Client) -> None:
    assert "another site" not in client.get("/accounts/login/").content.decode()
    assert client.get("/accounts/3rdparty/").status_code == 404


@pytest.mark.one_database
def test_button_leads_to_the_provider(tmp_path: Path, provider: str) -> None:
    app = {"provider_id": "clinic", "name": "Clinic account", "client_id": "understory", "secret": "s"}
    app["settings"] = {"server_url": provider}
    copy_migrated(tmp_path / "site.sqlite3")
    done = run_site(tmp_path, json.dumps({"openid_connect": {"APPS": [app]}}), LOOK)
    assert done.returncode == 0, done.stderr
    saw = json.loads(done.stdout)
    for page in saw["pages"].values():
        assert 'href="/accounts/oidc/clinic/login/?process=login">Clinic account</a>' in page
    assert '<form class="form mt" method="post"' in saw["asked"]
    assert "form-action 'self' https:" in saw["policy"]
    to = urlsplit(saw["to"])
    assert (saw["status"], f"{to.scheme}://{to.netloc}{to.path}") == (302, f"{provider}/authorize")
    asked = parse_qs(to.query)
    assert asked["client_id"] == ["understory"]
    assert asked["redirect_uri"] == ["http://testserver/accounts/oidc/clinic/login/callback/"]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("providers", "complaint"),
    [
        ("{nothing", "SIGN_IN_PROVIDERS: Not valid JSON."),
        ("[]", "SIGN_IN_PROVIDERS: must be a JSON object"),
        ('{"nosuch": {}}', "SIGN_IN_PROVIDERS: django-allauth has no provider “nosuch”"),
    ],
)
def test_wrong_providers_stop_the_start_with_a_sentence(tmp_path: Path, providers: str, complaint: str) -> None:
    done = run_site(tmp_path, providers, "import django; django.setup()")
    assert done.returncode != 0
    assert complaint in done.stderr
