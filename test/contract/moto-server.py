"""Runs moto's server on a free loopback port, prints the port, and ends when standard input closes.

Ending with standard input means that no server outlives the test run that started it, however that run ended.
"""

import sys

from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
_, port = server.get_host_and_port()
print(port, flush=True)
sys.stdin.read()
server.stop()
