"""Whose key a call is signed with; and where keys come from beside IAM and STS: the portal of SSO, the metadata
of an instance, the agent beside a container."""

import json
import re

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends
from werkzeug.wrappers import Response

from .errors import Refused

KEY = re.compile(r"Credential=([^/]+)/")
# Keys that nobody has made: those that most tests have, and the one of calls by hand.
SECRET = "secretEXAMPLEKEY"
# What a pod finds in its file.
WEB_IDENTITY = "web-identity-token"
INSTANCE_ROLE = "instance-role"
INSTANCE = "/latest/meta-data/iam/security-credentials/"


class Credentials:
    def __init__(self, account, region):
        self.account, self.region = account, region
        self.sts, self.iam = sts_backends[account]["aws"], iam_backends[account]["aws"]
        # Who is logged in to the portal.
        self.logged_in = {"sso-token"}

    def caller(self, request):
        """Whose the key is that a call is signed with."""
        found = KEY.search(request.headers.get("Authorization", ""))
        return found and self.owner(found[1], request.headers.get("X-Amz-Security-Token"))

    def owner(self, key, token):
        role = self.sts.get_assumed_role_from_access_key(key)
        if role and token != role.session_token:
            message = "The security token included in the request is invalid"
            raise Refused("InvalidClientTokenId", message, 403)
        user = role or self.iam.get_user_from_access_key_id(key)
        return user.arn if user else key

    def secret(self, key):
        role = self.sts.get_assumed_role_from_access_key(key)
        user = self.iam.get_user_from_access_key_id(key)
        keys = [role.access_key] if role else user.access_keys if user else []
        return next((one.secret_access_key for one in keys if one.access_key_id == key), SECRET)

    @staticmethod
    def check(operation, form):
        """Refuses what moto lets pass."""
        if operation == "AssumeRoleWithWebIdentity" and form["WebIdentityToken"] != WEB_IDENTITY:
            raise Refused("InvalidIdentityToken", "The token is no valid JWT")

    # Other sources

    def source(self, request):
        """An answer of one of them, where a request is for one."""
        match request.method, request.path:
            case "PUT", "/latest/api/token":
                return Response("imds-token", headers={"X-aws-ec2-metadata-token-ttl-seconds": "21600"})
            case "GET", path if path.startswith("/latest/"):
                known = request.headers.get("X-aws-ec2-metadata-token") == "imds-token"
                return self.metadata(path) if known else Response(status=401)
            case "GET", "/container":
                known = request.headers.get("Authorization") == "container-token"
                return self.of_machine("container-role") if known else Response(status=401)
            case "GET", "/federation/credentials":
                return self.portal(request)
            case "POST", "/token":
                return self.refreshed(json.loads(request.get_data()))
        return None

    def metadata(self, path):
        """The second version of it alone."""
        if path == "/latest/meta-data/placement/region":
            return Response(self.region)
        if path == INSTANCE:
            return Response(INSTANCE_ROLE)
        if path == INSTANCE + INSTANCE_ROLE:
            return self.of_machine(INSTANCE_ROLE)
        return Response(status=404)

    def session(self, role, name):
        arn = f"arn:aws:iam::{self.account}:role/{role}"
        return self.sts.assume_role(
            region_name=self.region,
            role_session_name=name,
            role_arn=arn,
            policy=None,
            duration=3600,
            external_id=None,
        )

    def of_machine(self, role):
        made = self.session(role, "machine")
        return self.json(
            {
                "Code": "Success",
                "Type": "AWS-HMAC",
                "AccessKeyId": made.access_key_id,
                "SecretAccessKey": made.secret_access_key,
                "Token": made.session_token,
                "Expiration": made.expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "LastUpdated": "2026-01-01T00:00:00Z",
            }
        )

    def portal(self, request):
        if request.environ.get("stand_in.sso_token") not in self.logged_in:
            return self.refusal("UnauthorizedException", "Session token not found or invalid", 401)
        made = self.session(f"AWSReservedSSO_{request.args['role_name']}", "somebody")
        keys = {
            "accessKeyId": made.access_key_id,
            "secretAccessKey": made.secret_access_key,
            "sessionToken": made.session_token,
            "expiration": int(made.expiration.timestamp() * 1000),
        }
        return self.json({"roleCredentials": keys})

    def refreshed(self, body):
        if body.get("refreshToken") != "refresh-token":
            return self.refusal("InvalidGrantException", "Invalid refresh token provided", 400)
        self.logged_in.add("refreshed-token")
        return self.json({"accessToken": "refreshed-token", "expiresIn": 3600, "tokenType": "Bearer"})

    @staticmethod
    def json(value):
        return Response(json.dumps(value), content_type="application/json")

    @staticmethod
    def refusal(code, message, status):
        body = json.dumps({"__type": code, "message": message})
        return Response(body, status, {"x-amzn-errortype": code}, content_type="application/json")
