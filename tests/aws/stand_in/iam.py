"""What AWS checks of roles, and moto does not."""

import json
from urllib.parse import unquote

from .errors import Refused


class Iam:
    def __init__(self, clock, backend):
        self.clock, self.backend = clock, backend
        # When each role becomes visible to the other services.
        self.visible = {}

    def audience(self, operation, form):
        """Whom the tokens of a provider are for: moto cannot change that."""
        provider = self.backend.open_id_providers.get(form["OpenIDConnectProviderArn"])
        if provider is None:
            raise Refused("NoSuchEntity", "No OpenIDConnect Provider found in your account", 404)
        others = [one for one in provider.client_id_list if one != form["ClientID"]]
        provider.client_id_list = others + [form["ClientID"]] * operation.startswith("Add")
        return (
            f'<{operation}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
            f"<ResponseMetadata/></{operation}Response>"
        )

    def created(self, name):
        self.visible[name] = self.clock.after("iam")

    def check_role(self, arn, service, policies):
        name = arn.rsplit("/", 1)[-1]
        role = next((one for one in self.backend.roles.values() if one.name == name), None)
        if role is None or self.visible.get(name, 0) > self.clock.now():
            raise Refused("InvalidParameterException", f"Role with arn: {arn}, does not exist")
        document = role.assume_role_policy_document
        trust = json.loads(unquote(document) if isinstance(document, str) else json.dumps(document))
        if service not in json.dumps(trust):
            raise Refused(
                "InvalidParameterException",
                f"Role {arn} could not be assumed because the trusted entity is not {service}",
            )
        attached = {policy.rsplit("/", 1)[-1] for policy in role.managed_policies}
        if not policies <= attached:
            raise Refused(
                "InvalidParameterException",
                "The provided role doesn't have the Amazon EKS Managed Policies associated with it: "
                + ", ".join(sorted(policies - attached)),
            )
