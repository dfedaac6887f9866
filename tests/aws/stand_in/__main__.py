"""python -m stand_in [--port N] [--region R] [--speed N] [--port-file FILE]"""

import argparse
import logging
import os

os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
os.environ.setdefault("MOTO_ACCOUNT_ID", "123456789012")

from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402

from .app import StandIn  # noqa: E402


class Handler(WSGIRequestHandler):
    """As fast as it can be, and quiet."""

    protocol_version = "HTTP/1.1"

    def log(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file")
    parser.add_argument("--region", default="us-west-2")
    parser.add_argument("--speed", type=float, default=60)
    arguments = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    stand_in = StandIn(arguments.region, arguments.speed)
    server = make_server("127.0.0.1", arguments.port, stand_in, threaded=True, request_handler=Handler)
    if arguments.port_file:
        temporary = arguments.port_file + ".new"
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(str(server.port))
        os.rename(temporary, arguments.port_file)
    else:
        print(f"http://127.0.0.1:{server.port}", flush=True)
    server.serve_forever()


main()
