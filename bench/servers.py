"""The two applications as processes: started on a free port, asked for their memory, stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

ROOT = Path(__file__).parent.parent
PLAIN = Path(__file__).parent / "plain"
START_LIMIT_S = 900.0

#: The same for both: no browser window, no file watching, nothing sent home.
ARGUMENTS = ("--server.headless=true", "--server.fileWatcherType=none", "--browser.gatherUsageStats=false", "--server.address=127.0.0.1")


class Failed(Exception):
    """A measurement that came to nothing; says why, with the end of the server's log."""


@dataclass(frozen=True)
class App:
    """An application to measure.

    The folder it is started in decides which settings it has: Reelshift runs with its own
    `.streamlit/config.toml`, the plain page with Streamlit's defaults.
    """

    name: str
    folder: Path
    addresses: dict[str, str]


REELSHIFT = App("reelshift", ROOT, {"opinions": "/opinions", "funding": "/funding"})
PLAIN_PAGE = App("plain", PLAIN, {"opinions": "/", "funding": "/funding"})
APPS = (REELSHIFT, PLAIN_PAGE)


@dataclass(frozen=True)
class Server:
    """A running application. `started_at` (seconds, wall clock) is the moment before its process was made."""

    app: App
    url: str
    process: psutil.Process
    started_at: float
    answered_after_s: float

    def memory_mb(self) -> tuple[float, float]:
        """Resident memory of the process and its children now, and the process's highest so far, in MB (10^6 bytes)."""
        family = [self.process, *self.process.children(recursive=True)]
        resident = sum(p.memory_info().rss for p in family)
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        peak_kib = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
        return resident / 1e6, peak_kib * 1024 / 1e6

    def cpu_s(self) -> float:
        """Processor seconds that the process has used so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@contextmanager
def running(app: App, tables: Path, charts: int) -> Iterator[Server]:
    """Start an application on a folder of tables, wait until it answers, and stop it at the end.

    `charts` is how many charts the plain page shows. Raises Failed for whatever goes wrong meanwhile.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}", *ARGUMENTS]
    environment = os.environ | {"REELSHIFT_TABLES": str(tables), "BENCH_CHARTS": str(charts)}
    with tempfile.TemporaryFile() as log:
        started_at = time.time()
        process = subprocess.Popen(command, cwd=app.folder, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            _wait_until_it_answers(process, url, started_at)
            yield Server(app, url, psutil.Process(process.pid), started_at, time.time() - started_at)
        except Exception as error:
            log.seek(0)
            raise Failed(f"{app.name}: {error}\n--- its log ends with:\n{log.read()[-4000:].decode(errors='replace')}") from error
        finally:
            _stop(process)


def _wait_until_it_answers(process: subprocess.Popen[bytes], url: str, started_at: float) -> None:
    while time.time() - started_at < START_LIMIT_S:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with exit code {process.returncode}")
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"the server did not answer within {START_LIMIT_S:.0f} s")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask politely, then insist; only this process and what it started."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, sign)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                continue
