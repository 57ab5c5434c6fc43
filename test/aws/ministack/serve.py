"""Serves MiniStack on a free port of the loopback interface, says which, and ends when its standard input does.

So it cannot outlive the process that started it, however that one ends. What it keeps, it keeps in a folder that goes
with it.
"""

import os
import signal
import socket
import sys
import tempfile
import threading
import time


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def tell_and_wait(port: int) -> None:
    while not answers(port):
        time.sleep(0.05)
    print(port, file=told, flush=True)
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


# What MiniStack itself prints is for people.
told = os.fdopen(os.dup(sys.stdout.fileno()), "w")
os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
port = free_port()
with tempfile.TemporaryDirectory(prefix="nightporter-ministack-") as folder:
    os.environ.update(
        BIND_HOST="127.0.0.1",
        GATEWAY_PORT=str(port),
        IOT_MTLS_ENABLED="0",
        LOG_LEVEL="ERROR",
        STATE_DIR=folder,
        TMPDIR=folder,
    )
    tempfile.tempdir = folder
    import known_attributes
    import told_keys
    import written_counts
    from ministack.app import main

    known_attributes.mend()
    told_keys.mend()
    written_counts.mend()

    threading.Thread(target=tell_and_wait, args=[port], daemon=True).start()
    main()
