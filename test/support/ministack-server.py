"""Runs ministack on a free loopback port, prints the port, and ends when standard input closes.

Ending with standard input means that no server outlives the test run that started it, however that run ended.

EventBridge takes no event from a caller whose source begins with "aws.", in AWS as in ministack. In AWS CloudTrail puts
such events on the bus; ministack's CloudTrail does not. Here the tests may put them, in CloudTrail's place.
"""

import asyncio
import functools
import os
import socket
import sys
import threading

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
# ministack reads its settings while it is imported.
os.environ["GATEWAY_PORT"] = str(port)
os.environ["MINISTACK_HOST"] = "127.0.0.1"

from hypercorn.asyncio import serve  # noqa: E402
from hypercorn.config import Config  # noqa: E402
from ministack.app import app  # noqa: E402
from ministack.services import eventbridge  # noqa: E402

eventbridge._put_events = functools.partial(eventbridge._put_events, allow_aws_source=True)


async def main():
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.loglevel = "ERROR"
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def until_closed():
        sys.stdin.buffer.read()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=until_closed, daemon=True).start()
    print(port, flush=True)
    await serve(app, config, shutdown_trigger=ended.wait)


asyncio.run(main())
# Threads of its pollers wait for work that will not come.
os._exit(0)
