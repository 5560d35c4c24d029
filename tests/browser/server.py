"""A server of the app on a free port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
START_LIMIT_S = 120.0
MISSING = "No Chromium on this machine. Install it: sudo apt-get install chromium fontconfig fonts-noto-cjk libatomic1"


@contextmanager
def running_app(environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Start the app as `make run` does and give its address (no slash at the end) once it answers.

    What the server logged goes to standard error when it failed, or something inside did.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.address=127.0.0.1", f"--server.port={port}"]
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, cwd=ROOT, env=os.environ | dict(environment or {}), stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait(server, f"{address}/healthz")
            yield address
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
            log.seek(0)
            said = log.read().decode(errors="replace")
            if "Traceback" in said or sys.exc_info()[0]:
                sys.stderr.write(said[-8000:])


def _wait(server: subprocess.Popen[bytes], address: str) -> None:
    """Until the server answers, whatever it answers. Raises RuntimeError when it ends or is too slow."""
    limit = time.monotonic() + START_LIMIT_S
    while time.monotonic() < limit:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with exit code {server.returncode} before it answered")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not answer within {START_LIMIT_S:.0f} s")
