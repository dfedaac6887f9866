"""Who a token is of: what EKS's API servers ask, as aws-iam-authenticator answers it."""

import base64
import datetime
from urllib.parse import parse_qs, urlsplit

PREFIX = "k8s-aws-v1."
VALID = datetime.timedelta(minutes=15)


def review(body, region):
    """A TokenReview with its status."""
    user = {"username": "arn:aws:iam::123456789012:user/tester", "groups": ["system:masters"]}
    good = is_good(body["spec"].get("token", ""), region)
    status = {"authenticated": True, "user": user} if good else {"authenticated": False}
    return {"apiVersion": body["apiVersion"], "kind": "TokenReview", "status": status}


def is_good(token, region):
    """Whether it is the URL of a call of STS, signed for a cluster, a short while ago."""
    if not token.startswith(PREFIX):
        return False
    text = token[len(PREFIX) :]
    url = urlsplit(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
    query = {key: values[0] for key, values in parse_qs(url.query).items()}
    signed = datetime.datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ")
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    return (
        url.hostname == f"sts.{region}.amazonaws.com"
        and query["Action"] == "GetCallerIdentity"
        and query["X-Amz-SignedHeaders"] == "host;x-k8s-aws-id"
        and now - signed < VALID
    )
