"""Answers in pages, as AWS gives them: small ones, so that whoever reads only the first notices."""

import re
import uuid

PAGE = 2
# What EC2 gives in pages, and what the list in its answer is called.
EC2 = {
    "DescribeInstanceTypeOfferings": "instanceTypeOfferingSet",
    "DescribeInternetGateways": "internetGatewaySet",
    "DescribeLaunchTemplateVersions": "launchTemplateVersionSet",
    "DescribeLaunchTemplates": "launchTemplates",
    "DescribeNatGateways": "natGatewaySet",
    "DescribeNetworkInterfaces": "networkInterfaceSet",
    "DescribeRouteTables": "routeTableSet",
    "DescribeSecurityGroups": "securityGroupInfo",
    "DescribeSubnets": "subnetSet",
    "DescribeVpcs": "vpcSet",
}
# Offerings are hundreds: those are cut less finely.
OFFERINGS = 100
# IAM's are moto's own, when it is asked for them.
IAM = {"ListAttachedRolePolicies", "ListRolePolicies", "ListRoles"}


class Pages:
    """What of earlier answers has not been asked for yet."""

    def __init__(self):
        self.rest = {}

    def next(self, token):
        return self.cut(*self.rest.pop(token))

    def first(self, operation, text):
        """The first page of an answer, and a token for the next if there is one."""
        kind = EC2.get(operation)
        found = kind and re.search(f"<{kind}>(?P<items>.*)</{kind}>", text, re.DOTALL)
        if not found:
            return text
        size = OFFERINGS if operation == "DescribeInstanceTypeOfferings" else PAGE
        return self.cut(text[: found.start("items")], items(found["items"]), text[found.end("items") :], size)

    def cut(self, head, found, tail, size):
        if len(found) <= size:
            return head + "".join(found) + tail
        token = uuid.uuid4().hex
        self.rest[token] = (head, found[size:], tail, size)
        end = tail.rindex("</")
        return f"{head}{''.join(found[:size])}{tail[:end]}<nextToken>{token}</nextToken>{tail[end:]}"


def items(text):
    """The outermost `<item>`s."""
    found, depth, start = [], 0, 0
    for tag in re.finditer(r"</?item>", text):
        if tag[0] == "<item>":
            start = tag.start() if depth == 0 else start
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                found.append(text[start : tag.end()])
    return found
