"""PostgreSQL on two machines: Patroni with etcd, the second a synchronous copy of the first."""

import json
import os
import pwd
import signal
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psycopg

from .machines import Machine, answers, free_port, wait_until

NAMES = ("first", "second")
USER, DATABASE = "understory", "understory"

CONFIGURATION = """
scope: drill
name: {name}
restapi: {{listen: "127.0.0.1:{rest}", connect_address: "127.0.0.1:{rest}"}}
etcd3: {{hosts: "127.0.0.1:{etcd}"}}
bootstrap:
  dcs:
    ttl: 10
    loop_wait: 2
    retry_timeout: 3
    maximum_lag_on_failover: 1048576
    synchronous_mode: true
    postgresql:
      use_pg_rewind: true
      parameters: {{max_connections: 100, shared_buffers: 128MB, wal_keep_size: 256MB}}
  initdb: [{{encoding: UTF8}}, {{locale: C.UTF-8}}]
postgresql:
  listen: "127.0.0.1:{port}"
  connect_address: "127.0.0.1:{port}"
  data_dir: {data}
  bin_dir: {binaries}
  pgpass: {pgpass}
  authentication:
    superuser: {{username: postgres}}
    replication: {{username: replicator}}
    rewind: {{username: postgres}}
  parameters: {{unix_socket_directories: {sockets}}}
  pg_hba: ["local all all trust", "host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"]
tags: {{}}
"""


class Cluster:
    """The two machines and what decides which of them is the primary."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        binaries = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        self.etcd_port, peer = free_port(), free_port()
        self.ports = {name: free_port() for name in NAMES}
        self.rest = {name: free_port() for name in NAMES}
        client = f"http://127.0.0.1:{self.etcd_port}"
        etcd = ["etcd", "--data-dir", str(folder / "etcd"), "--listen-client-urls", client, "--advertise-client-urls", client]
        peers = f"http://127.0.0.1:{peer}"
        etcd += ["--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", f"default={peers}"]
        self.etcd = Machine("etcd", etcd, folder)
        self.nodes: dict[str, Machine] = {}
        for name in NAMES:
            home = folder / name
            home.mkdir(mode=0o700)
            file = home / "patroni.yml"
            file.write_text(
                CONFIGURATION.format(
                    name=name,
                    rest=self.rest[name],
                    etcd=self.etcd_port,
                    port=self.ports[name],
                    data=home / "data",
                    binaries=binaries,
                    pgpass=home / "pgpass",
                    sockets=home,
                )
            )
            if self.account:
                for path in (home, file):
                    os.chown(path, self.account.pw_uid, self.account.pw_gid)
            # A machine that lost its power is back after a while.
            self.nodes[name] = Machine(name, ["patroni", str(file)], folder, account=self.account, returns_after=25)

    def start(self) -> None:
        """Start all, wait for a primary with a synchronous copy, and make the database of the site."""
        self.etcd.start()
        wait_until(lambda: answers(f"http://127.0.0.1:{self.etcd_port}/health"), "etcd")
        for node in self.nodes.values():
            node.start()
            wait_until(lambda: self.primary(), "a primary")
        wait_until(lambda: self.has_synchronous_copy(), "a synchronous copy")
        with psycopg.connect(self.address(self.require_primary(), "postgres", "postgres"), autocommit=True) as own:
            own.execute(f"CREATE ROLE {USER} LOGIN")
            own.execute(f"CREATE DATABASE {DATABASE} OWNER {USER}")

    def stop(self) -> None:
        """End all."""
        for machine in (*self.nodes.values(), self.etcd):
            machine.stop()

    def address(self, name: str, user: str, database: str) -> str:
        """Return how to connect to one of the machines."""
        return f"host=127.0.0.1 port={self.ports[name]} user={user} dbname={database} connect_timeout=2"

    def url(self, attributes: str) -> str:
        """Return a DATABASE_URL that names both machines; ``attributes`` says which is meant (libpq's target_session_attrs)."""
        ports = ",".join(str(port) for port in self.ports.values())
        hosts = ",".join("127.0.0.1" for _ in self.ports)
        query = f"host={hosts}&port={ports}&target_session_attrs={attributes}&connect_timeout=2"
        return f"postgres://{USER}@/{DATABASE}?{query}"

    def primary(self) -> str | None:
        """Return which machine is the primary now."""
        return next((name for name in NAMES if answers(f"http://127.0.0.1:{self.rest[name]}/primary")), None)

    def require_primary(self) -> str:
        """Return which machine is the primary; raise RuntimeError where there is none."""
        if (found := self.primary()) is None:
            raise RuntimeError("there is no primary")
        return found

    def has_synchronous_copy(self) -> bool:
        """Tell whether a commit waits for the other machine."""
        return any(answers(f"http://127.0.0.1:{self.rest[name]}/synchronous") for name in NAMES)

    def kill_primary(self) -> str:
        """Take the power from the primary: Patroni and every process of PostgreSQL; return its name."""
        name = self.require_primary()
        pid = int((self.folder / name / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        self.nodes[name].kill()
        for process in (pid, *map(int, children)):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        return name

    def pause_copy(self, *, on: bool) -> None:
        """Let the copy stop showing what it gets, or go on with it."""
        primary = self.require_primary()
        other = next(name for name in NAMES if name != primary)
        with psycopg.connect(self.address(other, "postgres", "postgres"), autocommit=True) as own:
            own.execute("SELECT pg_wal_replay_pause()" if on else "SELECT pg_wal_replay_resume()")

    def describe(self) -> str:
        """Return the roles as Patroni tells them."""
        try:
            with urlopen(f"http://127.0.0.1:{self.rest[NAMES[0]]}/cluster", timeout=2) as response:
                members = json.load(response)["members"]
        except (URLError, OSError):
            return "unknown"
        return ", ".join(f"{member['name']} {member['role']} {member['state']}" for member in members)
