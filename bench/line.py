"""A slow line between browser and server: a relay that lets so many bits through in a second, each after a delay.

Chromium's own throttling does not reach websockets, and both applications live on one.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

CHUNK = 16 * 1024
#: A reader of the server's bytes waits when so much of the line's time is already spoken for.
QUEUE_S = 0.1


@dataclass
class _Direction:
    """One direction of the line, shared by all its connections."""

    bytes_per_s: float
    delay_s: float
    free_at: float = field(default=0.0)

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass bytes on until there are no more, each when the line has carried it."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            while True:
                due, chunk = await waiting.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                if not chunk:
                    with contextlib.suppress(OSError, RuntimeError):
                        writer.write_eof()
                    return
                writer.write(chunk)
                await writer.drain()

        task = asyncio.create_task(deliver())
        with contextlib.suppress(ConnectionError):
            while chunk := await reader.read(CHUNK):
                self.free_at = max(loop.time(), self.free_at) + len(chunk) / self.bytes_per_s
                waiting.put_nowait((self.free_at + self.delay_s, chunk))
                await asyncio.sleep(max(0.0, self.free_at - loop.time() - QUEUE_S))
        waiting.put_nowait((self.free_at + self.delay_s, b""))
        with contextlib.suppress(ConnectionError):
            await task


async def relay(url: str, mbit_per_s: float, delay_ms: float) -> None:
    """Be the line, on a port that is printed first, until killed."""
    server = urlsplit(url)
    down, up = (_Direction(mbit_per_s * 1e6 / 8, delay_ms / 1000) for _ in range(2))

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(server.hostname, server.port)
        await asyncio.gather(up.pump(reader, back), down.pump(there, writer))
        for end in (writer, back):
            end.close()

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


@contextlib.contextmanager
def line(url: str, mbit_per_s: float, delay_ms: float) -> Iterator[str]:
    """The address of a server (`http://host:port`) over a line of that speed down and up, and that delay each way.

    A process of its own, so that it keeps time while the measuring one is busy.
    """
    command = [sys.executable, "-m", "bench.line", url, str(mbit_per_s), str(delay_ms)]
    with subprocess.Popen(command, cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(relay(sys.argv[1], float(sys.argv[2]), float(sys.argv[3])))
