"""Serves moto on a free port of the loopback interface, says which, and ends when its standard input does.

So it cannot outlive the process that started it, however that one ends.
"""

import logging
import sys

from moto.moto_api import state_manager
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
# Otherwise a task ends by being looked at.
state_manager.set_transition("ecs::task", {"progression": "manual", "times": 1_000_000})
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
