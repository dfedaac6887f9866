"""Serving, and copies of the whole account in processes of their own."""

import os
import threading
import time

from werkzeug.serving import WSGIRequestHandler, make_server


class Handler(WSGIRequestHandler):
    """As fast as it can be, and quiet."""

    protocol_version = "HTTP/1.1"

    def log(self, *_):
        pass

    def make_environ(self):
        """With the one header of AWS that has underscores: such are dropped otherwise."""
        token = self.headers.get("x-amz-sso_bearer_token")
        return super().make_environ() | {"stand_in.sso_token": token}


def serve(app, port, announce):
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Handler)
    announce(server.port)
    server.serve_forever()


def copy(app):
    """The port of a process that goes on from here on its own: what happens there is not seen here."""
    reader, writer = os.pipe()
    parent = os.getpid()
    if os.fork() == 0:
        # Connections and the port are the parent's.
        os.closerange(3, writer)
        os.closerange(writer + 1, os.sysconf("SC_OPEN_MAX"))
        # Held by this thread, which does not return.
        app.lock = threading.RLock()
        threading.Thread(target=end_with, args=(parent,), daemon=True).start()
        try:
            serve(app, 0, lambda port: os.write(writer, f"{port}\n".encode()))
        finally:
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader) as answer:
        return int(answer.readline())


def end_with(parent):
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(0)
