"""python -m stand_in [--port N] [--region R] [--speed N] [--port-file FILE]"""

import argparse
import logging
import os
import signal

os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
os.environ.setdefault("MOTO_ACCOUNT_ID", "123456789012")

from .app import StandIn  # noqa: E402
from .server import serve  # noqa: E402


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file")
    parser.add_argument("--region", default="us-west-2")
    parser.add_argument("--speed", type=float, default=60)
    arguments = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    stand_in = StandIn(arguments.region, arguments.speed)
    # Copies that have ended leave nothing behind.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    serve(stand_in, arguments.port, lambda port: announce(port, arguments.port_file))


def announce(port, file):
    if not file:
        print(f"http://127.0.0.1:{port}", flush=True)
        return
    with open(file + ".new", "w", encoding="utf-8") as new:
        new.write(str(port))
    os.rename(file + ".new", file)


main()
