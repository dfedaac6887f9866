"""Faults on demand."""

from .errors import Refused


class Faults:
    """A rule is a map: `operation` (`CreateVpc`, or `*`), `code`, `message`, `status`; `skip` calls are
    let through first, then `times` ones fail (all, without it), in the order of the rules; `after: true`
    lets the call do its work and loses the answer."""

    def __init__(self):
        self.rules = []

    def set(self, rules):
        self.rules = [dict(rule) for rule in rules]

    def find(self, operation, mutating):
        for rule in self.rules:
            wanted = rule["operation"]
            if wanted not in (operation, "*") and not (wanted == "mutating" and mutating):
                continue
            if rule.get("skip", 0) > 0:
                rule["skip"] -= 1
                continue
            if rule.get("times", 1) <= 0:
                continue
            if "times" in rule:
                rule["times"] -= 1
            return rule
        return None

    @staticmethod
    def error(rule):
        message = rule.get("message", "asked for by the test")
        return Refused(rule["code"], message, rule.get("status", 400))
