"""Who a token is of: what EKS's API servers ask, as aws-iam-authenticator answers it."""

import base64
import datetime
import hashlib
import hmac
from urllib.parse import parse_qs, urlsplit

from .errors import Refused

PREFIX = "k8s-aws-v1."
VALID = datetime.timedelta(minutes=15)


def review(body, region, credentials, clusters):
    """A TokenReview with its status."""
    name = user_of(body["spec"].get("token", ""), region, credentials, clusters)
    user = {"username": name, "groups": ["system:masters"]}
    status = {"authenticated": True, "user": user} if name else {"authenticated": False}
    return {"apiVersion": body["apiVersion"], "kind": "TokenReview", "status": status}


def user_of(token, region, credentials, clusters):
    """Whose key has signed it, where it is the URL of a call of STS, signed for one of these clusters a short
    while ago."""
    if not token.startswith(PREFIX):
        return None
    text = token[len(PREFIX) :]
    url = urlsplit(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
    query = {key: values[0] for key, values in parse_qs(url.query).items()}
    signed = datetime.datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ")
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    good = (
        url.hostname == f"sts.{region}.amazonaws.com"
        and query["Action"] == "GetCallerIdentity"
        and query["X-Amz-SignedHeaders"] == "host;x-k8s-aws-id"
        and now - signed < VALID
    )
    key, scope = query["X-Amz-Credential"].split("/", 1)
    signatures = [signature(url, query, scope, credentials.secret(key), one) for one in clusters]
    if not good or query["X-Amz-Signature"] not in signatures:
        return None
    try:
        return credentials.owner(key, query.get("X-Amz-Security-Token"))
    except Refused:
        return None


def signature(url, query, scope, secret, cluster):
    """By Signature Version 4."""
    pairs = [pair for pair in url.query.split("&") if not pair.startswith("X-Amz-Signature=")]
    headers = f"host:{url.hostname}\nx-k8s-aws-id:{cluster}\n"
    nothing = hashlib.sha256(b"").hexdigest()
    parts = ["GET", url.path, "&".join(sorted(pairs)), headers, query["X-Amz-SignedHeaders"], nothing]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    text = "\n".join([query["X-Amz-Algorithm"], query["X-Amz-Date"], scope, digest])
    key = f"AWS4{secret}".encode()
    for part in [*scope.split("/"), text]:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key.hex()
