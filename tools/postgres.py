"""Runs a command beside a PostgreSQL of its own: ``python -m tools.postgres .venv/bin/pytest tests/node``.

The cluster lives in a temporary folder on a free loopback port; the command finds its address in RASR_DATABASE_URL.
Stopped and removed when the command has ended, on Ctrl-C and SIGTERM too; only what was started here is ended.
``--find`` only says where PostgreSQL is. Exit code: the command's; 69 where there is no PostgreSQL.

>>> newest(["/usr/lib/postgresql/9.6/bin", "/usr/lib/postgresql/15/bin"])
'/usr/lib/postgresql/15/bin'
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

OWNER = "postgres"
NO_POSTGRESQL = 69  # EX_UNAVAILABLE of sysexits.h
READY_WITHIN_S = 60.0
STOPPED_WITHIN_S = 20.0
# Nothing here outlives the run, so nothing needs to reach the disk.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# Tests load what they never commit. Looked at meanwhile, tables seem empty, and are read as if they were.
UNSEEN = {"autovacuum": "off"}
LOCAL = {"listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
OPTIONS = {**FAST, **UNSEEN, **LOCAL}


class ClusterError(Exception):
    """The cluster could not be made or started; the text says what PostgreSQL said."""


def newest(folders: Iterable[str]) -> str:
    """The folder of the highest version among /usr/lib/postgresql/<version>/bin."""
    return max(folders, key=lambda folder: [int(part) for part in re.findall(r"\d+", folder)])


def binaries() -> Path | None:
    """The folder that holds initdb and postgres: from PATH, else where Debian puts them; None if there is none."""
    for name in ("initdb", "postgres"):
        found = shutil.which(name)
        # a link in /usr/bin may lead to a wrapper: only a folder that holds both is meant
        if found and all((Path(found).parent / each).exists() for each in ("initdb", "postgres")):
            return Path(found).parent
    folders = [str(path.parent) for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return Path(newest(folders)) if folders else None


def identity() -> dict[str, Any]:
    """Whom PostgreSQL runs as: it refuses root, so root becomes the user postgres; else oneself."""
    if os.geteuid() != 0:
        return {}
    return {"user": OWNER, "group": pwd.getpwnam(OWNER).pw_gid, "extra_groups": []}


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@contextmanager
def folder() -> Iterator[Path]:
    """A temporary folder that belongs to whom PostgreSQL runs as; removed afterwards."""
    # as root not under TMPDIR, which may lie where the user postgres cannot go
    path = Path(tempfile.mkdtemp(prefix="rasr-postgres-", dir="/tmp" if os.geteuid() == 0 else None))
    try:
        if os.geteuid() == 0:
            shutil.chown(path, OWNER)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def make(bin_path: Path, home: Path) -> None:
    """Make an empty cluster in home/data. Raises ClusterError."""
    command = [f"{bin_path}/initdb", f"--pgdata={home}/data", f"--username={OWNER}", "--auth=trust", "--no-sync",
               "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]  # fmt: skip
    ran = subprocess.run(
        command, cwd=home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **identity()
    )
    if ran.returncode:
        raise ClusterError(ran.stdout)


def ready(server: subprocess.Popen[bytes], data: Path) -> bool:
    """Whether the server takes connections: its own pid file says so. Raises ClusterError if it has ended."""
    if server.poll() is not None:
        raise ClusterError(f"postgres ended with {server.returncode}")
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"


def start(bin_path: Path, home: Path, port: int, options: Mapping[str, str] = OPTIONS) -> subprocess.Popen[bytes]:
    """Start the server and wait until it is ready. Raises ClusterError with the server's log.

    options stand above whatever is set later.
    """
    log = home / "log"
    words = [f"{key}={value}" for key, value in options.items()]
    command = [f"{bin_path}/postgres", "-D", f"{home}/data", "-p", str(port)]
    command += [word for each in words for word in ("-c", each)]
    with log.open("wb") as out:
        # in a session of its own: a Ctrl-C reaches the command first, and the server ends after it
        server = subprocess.Popen(
            command, cwd=home, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, **identity()
        )
    try:
        until = time.monotonic() + READY_WITHIN_S
        while not ready(server, home / "data"):
            if time.monotonic() > until:
                raise ClusterError(f"not ready within {READY_WITHIN_S:.0f} s")
            time.sleep(0.02)
    except BaseException as error:
        stop(server)
        if isinstance(error, ClusterError):
            raise ClusterError(f"{error}\n{log.read_text(errors='replace')}") from None
        raise
    return server


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the server: its connections are cut; where that takes too long, at once."""
    for sign in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if server.poll() is None:
            server.send_signal(sign)
            try:
                server.wait(STOPPED_WITHIN_S)
            except subprocess.TimeoutExpired:
                continue


@contextmanager
def cluster(bin_path: Path, options: Mapping[str, str] = OPTIONS) -> Iterator[str]:
    """A running PostgreSQL; gives its address. Raises ClusterError."""
    with folder() as home:
        make(bin_path, home)
        for attempt in range(3):
            port = free_port()
            try:
                server = start(bin_path, home, port, options)
                break
            except ClusterError:
                if attempt == 2:  # another program may have taken the port in between, but hardly three times
                    raise
        try:
            yield f"postgresql://{OWNER}@127.0.0.1:{port}/postgres"
        finally:
            stop(server)


def run(command: list[str], address: str) -> int:
    """Run the command beside the cluster; its exit code. On Ctrl-C it gets time to end by itself."""
    child = subprocess.Popen(command, env={**os.environ, "RASR_DATABASE_URL": address})
    try:
        return child.wait()
    except KeyboardInterrupt:
        try:
            child.wait(STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.terminate()
        raise
    except BaseException:
        child.terminate()
        child.wait(STOPPED_WITHIN_S)
        raise
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()


def leave(number: int, _frame: FrameType | None) -> None:
    """A signal that asks to end becomes an exception, so that everything is cleared away."""
    raise SystemExit(128 + number)


def main(arguments: list[str]) -> int:
    """Run the command of these arguments beside a PostgreSQL of its own."""
    bin_path = binaries()
    if bin_path is None:
        print("PostgreSQL is not installed here: no initdb in PATH or /usr/lib/postgresql", file=sys.stderr)
        return NO_POSTGRESQL
    if arguments == ["--find"]:
        print(bin_path)
        return 0
    if not arguments:
        print("usage: python -m tools.postgres (--find | COMMAND...)", file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    try:
        with cluster(bin_path) as address:
            return run(arguments, address)
    except ClusterError as error:
        print(f"PostgreSQL could not be started: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except OSError as error:
        print(f"{arguments[0]} could not be run: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
