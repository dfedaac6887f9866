"""How long things take. Everything else asks here, so that hours pass in seconds."""

import time

# What AWS typically takes, in seconds.
TYPICAL = {
    "cluster": 600.0,
    "cluster delete": 300.0,
    "node group": 180.0,
    "node group delete": 180.0,
    "fargate profile": 60.0,
    "nat": 90.0,
    "nat delete": 60.0,
    "addon": 30.0,
    "update": 60.0,
    "iam": 10.0,
}


class Clock:
    def __init__(self, speed):
        """`speed`: so many times as fast as AWS; 0 means that nothing takes any time."""
        self.speed = speed
        # Kinds of things that take until they are told to end.
        self.held = set()

    def duration(self, what):
        return TYPICAL[what] / self.speed if self.speed else 0.0

    def after(self, what):
        """The moment at which something that begins now has ended."""
        return time.monotonic() + self.duration(what)

    def over(self, what, due):
        """Whether something of that kind that is due then has ended."""
        return what not in self.held and due <= time.monotonic()

    @staticmethod
    def now():
        return time.monotonic()
