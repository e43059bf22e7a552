"""The site of the drill: Redis, two web nodes, two workers, nginx, and a mail server that counts what it takes."""

import asyncio
import os
import sys
import threading
from collections import Counter
from email import message_from_bytes
from email.policy import default as modern
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from .cluster import Cluster
from .load import MARK
from .machines import Machine, answers, free_port, wait_until

ROOT = Path(__file__).resolve().parents[2]
ARTICLE = "drill"
ALERT_SECONDS = 5
FOLLOWERS = 5

PROXY = """
worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx-errors.log; daemon off;
events {{ worker_connections 512; }}
http {{
    access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    upstream site {{ least_conn; {servers} keepalive 16; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://site; proxy_http_version 1.1; proxy_set_header Connection "";
            proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr;
            proxy_connect_timeout 2s; proxy_read_timeout 30s;
            proxy_next_upstream error timeout http_502 http_503; proxy_next_upstream_tries 2;
        }}
    }}
}}
"""


class MailSink:
    """Takes every mail, and counts by address and by the mark of the comment that it tells of."""

    def __init__(self) -> None:
        self.port = free_port()
        self.taken: Counter[tuple[str, str]] = Counter()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin to listen."""
        self._controller.start()

    def stop(self) -> None:
        """Hang up, where it has begun."""
        self._controller.stop(no_assert=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Count a mail; some time passes, so that a worker can be killed in the middle."""
        await asyncio.sleep(0.01)
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        part = message_from_bytes(content, policy=modern).get_body(("plain",))
        text = part.get_content() if part is not None else ""
        with self._lock:
            for mark in set(MARK.findall(text)):
                for address in envelope.rcpt_tos:
                    self.taken[address, mark] += 1
        return "250 OK"


class Installation:
    """Everything that stands in front of the database."""

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        self.folder = folder
        self.mail = MailSink()
        self.port, redis = free_port(), free_port()
        shared = folder / "data"
        shared.mkdir()
        self.environment = {
            **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")},
            "DJANGO_SETTINGS_MODULE": "forum.settings",
            "DATA_DIR": str(shared),
            "DATABASE_URL": cluster.url("read-write"),
            "DATABASE_REPLICA_URL": cluster.url("prefer-standby"),
            "CACHE_URL": f"redis://127.0.0.1:{redis}/0",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "SITE_URL": f"http://localhost:{self.port}",
            "SECRET_KEY": "only-for-the-drill-" + "x" * 40,
            "TRUSTED_PROXY_COUNT": "1",
            "RATE_LIMITS": "off",
            "ALERT_DELAY_SECONDS": str(ALERT_SECONDS),
            "LOG_FORMAT": "json",
        }
        manage = [sys.executable, str(ROOT / "manage.py")]
        self.web: list[Machine] = []
        self.ports: list[int] = []
        for number in (1, 2):
            self.ports.append(port := free_port())
            serve = [*manage, "serve", "--port", str(port), "--workers", "1", "--no-sample", "--no-worker"]
            self.web.append(Machine(f"web{number}", serve, folder, environment=self.environment))
        self.workers = [Machine(f"worker{n}", [*manage, "work"], folder, environment=self.environment) for n in (1, 2)]
        self.redis = Machine("redis", ["redis-server", "--port", str(redis), "--bind", "127.0.0.1", "--save", ""], folder)
        self.redis_port = redis
        proxy = folder / "nginx.conf"
        servers = " ".join(f"server 127.0.0.1:{port} max_fails=1 fail_timeout=1s;" for port in self.ports)
        proxy.write_text(PROXY.format(folder=folder, servers=servers, port=self.port))
        self.nginx = Machine("nginx", ["nginx", "-c", str(proxy), "-e", str(folder / "nginx-errors.log")], folder)

    def start(self) -> None:
        """Start all, and put in an article, a moderator and people who follow the article."""
        self.mail.start()
        self.redis.start()
        for machine, port in zip(self.web, self.ports, strict=True):
            machine.start()
            wait_until(lambda port=port: answers(f"http://localhost:{port}/readyz"), machine.name)  # type: ignore[misc]
        for machine in (*self.workers, self.nginx):
            machine.start()
        wait_until(lambda: answers(f"http://localhost:{self.port}/readyz"), "nginx")
        fill()

    def stop(self) -> None:
        """End all."""
        for machine in (self.nginx, *self.web, *self.workers, self.redis):
            machine.stop()
        self.mail.stop()


def fill() -> None:
    """Make the article, the moderator and the followers. Django is set up for the drill's database."""
    from django.utils import timezone

    from articles.models import Article
    from articles.services import save_article
    from forum.accounts.models import Guest
    from forum.accounts.people import Person
    from forum.accounts.staff import add_staff
    from forum.subscriptions.models import Subscription
    from forum.subscriptions.services import subscribe

    article = save_article(Article(title="A drill", slug=ARTICLE, body="What people say below is made up.", status="published"))
    add_staff(email="moderator@drill.example", role="moderator", name="Moderator", password="")
    for number in range(FOLLOWERS):
        address = f"follower{number}@drill.example"
        guest = Guest.objects.create(display_name="Somebody", email=address, proven_at=timezone.now())
        subscribe(Person(guest=guest), Subscription.Kind.DISCUSSION, discussion=article.discussion)
