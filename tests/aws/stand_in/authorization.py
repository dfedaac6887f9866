"""What a policy allows: as much of IAM's rules as the policies in docs/iam make use of.

Which resources a call is about, and which further rights of the caller AWS uses for it, follows the
Service Authorization Reference and the guides of EKS.
"""

import re

from .errors import Refused

EC2_KINDS = {
    "vpc": "vpc",
    "subnet": "subnet",
    "igw": "internet-gateway",
    "eipalloc": "elastic-ip",
    "nat": "natgateway",
    "rtb": "route-table",
    "sg": "security-group",
    "lt": "launch-template",
    "eni": "network-interface",
    "i": "instance",
    "vol": "volume",
}
# What a call makes, and the parameters that name what it is done to.
EC2 = {
    "AllocateAddress": ("elastic-ip", []),
    "AssociateRouteTable": (None, ["RouteTableId", "SubnetId"]),
    "AttachInternetGateway": (None, ["InternetGatewayId", "VpcId"]),
    "AuthorizeSecurityGroupIngress": (None, ["GroupId"]),
    "CreateInternetGateway": ("internet-gateway", []),
    "CreateLaunchTemplate": ("launch-template", []),
    "CreateLaunchTemplateVersion": (None, ["LaunchTemplateId"]),
    "CreateNatGateway": ("natgateway", ["SubnetId", "AllocationId"]),
    "CreateRoute": (None, ["RouteTableId"]),
    "CreateRouteTable": ("route-table", ["VpcId"]),
    "CreateSecurityGroup": ("security-group", ["VpcId"]),
    "CreateSubnet": ("subnet", ["VpcId"]),
    "CreateTags": (None, ["ResourceId.1"]),
    "CreateVpc": ("vpc", []),
    "DeleteInternetGateway": (None, ["InternetGatewayId"]),
    "DeleteLaunchTemplate": (None, ["LaunchTemplateId"]),
    "DeleteNatGateway": (None, ["NatGatewayId"]),
    "DeleteNetworkInterface": (None, ["NetworkInterfaceId"]),
    "DeleteRoute": (None, ["RouteTableId"]),
    "DeleteRouteTable": (None, ["RouteTableId"]),
    "DeleteSecurityGroup": (None, ["GroupId"]),
    "DeleteSubnet": (None, ["SubnetId"]),
    "DeleteTags": (None, ["ResourceId.1"]),
    "DeleteVpc": (None, ["VpcId"]),
    "DetachInternetGateway": (None, ["InternetGatewayId", "VpcId"]),
    "DisassociateRouteTable": (None, ["AssociationId"]),
    "ModifySubnetAttribute": (None, ["SubnetId"]),
    "ModifyVpcAttribute": (None, ["VpcId"]),
    "ReleaseAddress": (None, ["AllocationId"]),
    "ReplaceRoute": (None, ["RouteTableId"]),
    "ReplaceRouteTableAssociation": (None, ["RouteTableId"]),
    "RevokeSecurityGroupIngress": (None, ["GroupId"]),
}
# What calls of EKS are done to, where that is not the cluster itself.
EKS_KINDS = {
    "Nodegroup": "nodegroup",
    "NodegroupConfig": "nodegroup",
    "NodegroupVersion": "nodegroup",
    "FargateProfile": "fargateprofile",
    "Addon": "addon",
    "AccessEntry": "access-entry",
    "AccessPolicy": "access-entry",
    "PodIdentityAssociation": "podidentityassociation",
}
# Which service is given the role that a body names under this key.
PASSED = {
    "CreateCluster": ("roleArn", "eks.amazonaws.com"),
    "CreateNodegroup": ("nodeRole", "ec2.amazonaws.com"),
    "CreateFargateProfile": ("podExecutionRoleArn", "eks-fargate-pods.amazonaws.com"),
    "CreateAddon": ("serviceAccountRoleArn", "eks.amazonaws.com"),
    "UpdateAddon": ("serviceAccountRoleArn", "eks.amazonaws.com"),
    "CreatePodIdentityAssociation": ("roleArn", "pods.eks.amazonaws.com"),
    "UpdatePodIdentityAssociation": ("roleArn", "pods.eks.amazonaws.com"),
}
SERVICE_LINKED = {
    "CreateCluster": "eks.amazonaws.com",
    "CreateNodegroup": "eks-nodegroup.amazonaws.com",
    "CreateFargateProfile": "eks-fargate.amazonaws.com",
}
READING = ("Describe", "List", "Get")


def like(pattern, text):
    """Whether a text is like a pattern with `*` and `?` in it."""
    parts = {"*": ".*", "?": "."}
    expression = "".join(parts.get(one, re.escape(one)) for one in pattern)
    return re.fullmatch(expression, text) is not None


def several(value):
    return value if isinstance(value, list) else [value]


def holds(condition, context):
    """Whether all of a statement's conditions are met."""
    for operator, wanted in condition.items():
        for key, values in wanted.items():
            found = context.get(key)
            if operator.endswith("IfExists") and found is None:
                continue
            kind = operator.removesuffix("IfExists")
            same = {"StringEquals": str.__eq__, "StringLike": like, "ArnLike": like}[kind]
            if found is None or not any(same(one, found) for one in several(values)):
                return False
    return True


def allows(statement, action, resource, context):
    return (
        any(like(one, action) for one in several(statement["Action"]))
        and any(like(one, resource) for one in several(statement["Resource"]))
        and holds(statement.get("Condition", {}), context)
    )


def keys(kind, tags):
    return {f"aws:{kind}Tag/{key}": value for key, value in tags.items()}


class Authorization:
    """Refuses what the policy does not allow, and notes which actions were needed."""

    def __init__(self, account, region, ec2, iam, balancers):
        self.account, self.region = account, region
        self.ec2, self.iam, self.balancers = ec2, iam, balancers
        self.policy, self.used = None, set()

    def set(self, policy):
        self.policy, self.used = policy, set()

    def check(self, service, operation, form, arguments, body):
        if self.policy is None:
            return
        for action, resource, context in self.needs(service, operation, form, arguments, body):
            self.used.add(action)
            statements = self.policy["Statement"]
            if not any(allows(one, action, resource, context) for one in statements):
                code = {"ec2": "UnauthorizedOperation", "eks": "AccessDeniedException"}
                message = (
                    f"User: tester is not authorized to perform: {action} on resource: {resource} "
                    "because no identity-based policy allows it"
                )
                raise Refused(code.get(service, "AccessDenied"), message, 403)

    def needs(self, service, operation, form, arguments, body):
        """The actions that have to be allowed, each on a resource, with what is known of it."""
        service = {"elb": "elasticloadbalancing", "elbv2": "elasticloadbalancing"}.get(service, service)
        if operation.startswith(READING):
            return [(f"{service}:{operation}", "*", {})]
        needs = {
            "ec2": self.of_ec2,
            "iam": self.of_iam,
            "eks": self.of_eks,
            "elasticloadbalancing": self.of_balancers,
        }[service]
        return list(needs(operation, form, arguments, body))

    # EC2

    def of_ec2(self, operation, form, _, __):
        makes, parameters = EC2[operation]
        tags = keys("Request", self.tags_of(form, "TagSpecification.1.Tag."))
        if operation == "CreateTags":
            tags = keys("Request", self.tags_of(form, "Tag."))
        if makes:
            arn = f"arn:aws:ec2:{self.region}:{self.account}:{makes}/*"
            yield f"ec2:{operation}", arn, tags
            yield "ec2:CreateTags", arn, tags | {"ec2:CreateAction": operation}
        for parameter in parameters:
            identity = self.table_of(form[parameter])
            kind = EC2_KINDS[identity.split("-")[0]]
            arn = f"arn:aws:ec2:{self.region}:{self.account}:{kind}/{identity}"
            yield f"ec2:{operation}", arn, tags | keys("Resource", self.ec2.tags.get(identity, {}))

    def table_of(self, identity):
        """An association is a part of its route table."""
        if identity.startswith("rtbassoc-"):
            tables = self.ec2.route_tables.values()
            return next((one.id for one in tables if identity in one._associations), "rtb-none")
        return identity

    @staticmethod
    def tags_of(form, prefix):
        numbers = range(1, 51)
        pairs = [(form.get(f"{prefix}{n}.Key"), form.get(f"{prefix}{n}.Value", "")) for n in numbers]
        return {key: value for key, value in pairs if key}

    # IAM

    def of_iam(self, operation, form, _, __):
        tags = self.tags_of(form, "Tags.member.")
        context = keys("Request", tags)
        name, profile = form.get("RoleName"), form.get("InstanceProfileName")
        if profile:
            arn = f"arn:aws:iam::{self.account}:instance-profile/{profile}"
        elif name:
            arn = f"arn:aws:iam::{self.account}:role/{name}"
            context |= {"iam:PolicyARN": form["PolicyArn"]} if "PolicyArn" in form else {}
        else:
            host = form.get("Url", "").removeprefix("https://")
            provider = f"arn:aws:iam::{self.account}:oidc-provider/{host}"
            arn = form.get("OpenIDConnectProviderArn", provider)
            found = self.iam.open_id_providers.get(arn)
            has = found.tags.values() if found else []
            context |= keys("Resource", {tag["Key"]: tag["Value"] for tag in has})
        yield f"iam:{operation}", arn, context
        tagging = {"CreateRole": "TagRole", "CreateOpenIDConnectProvider": "TagOpenIDConnectProvider"}
        if tags and operation in tagging:
            yield f"iam:{tagging[operation]}", arn, context

    # EKS

    def of_eks(self, operation, _, arguments, body):
        start = f"arn:aws:eks:{self.region}:{self.account}:"
        cluster = body.get("name") or (arguments[0] if arguments else "")
        context = keys("Request", body.get("tags", {}))
        what = re.sub("^(Create|Delete|Update|Associate|Disassociate)", "", operation)
        if what == "IdentityProviderConfig":
            yield from self.of_provider(operation, f"{start}cluster/{cluster}", context)
            return
        if operation in ("TagResource", "UntagResource"):
            arn = arguments[0]
        elif what in EKS_KINDS and not operation.startswith("Create"):
            arn = f"{start}{EKS_KINDS[what]}/{cluster}/{arguments[1]}"
        else:
            arn = f"{start}cluster/{cluster}"
        yield f"eks:{operation}", arn, context
        if operation.startswith("Create") and body.get("tags"):
            kind = EKS_KINDS.get(what)
            yield "eks:TagResource", f"{start}{kind}/{cluster}/new" if kind else arn, context
        yield from self.with_our_rights(operation, body)

    @staticmethod
    def of_provider(operation, cluster, context):
        """An identity provider is changed as a part of its cluster."""
        own = cluster.replace(":cluster/", ":identityproviderconfig/") + "/oidc/new"
        yield f"eks:{operation}", cluster, context
        if operation.startswith("Disassociate"):
            yield f"eks:{operation}", own, context
        elif context:
            yield "eks:TagResource", own, context

    def with_our_rights(self, operation, body):
        """What EKS does with the rights of whoever calls it."""
        role, service = PASSED.get(operation, (None, None))
        passed = [(body.get(role), service)] if role else []
        for identity in body.get("podIdentityAssociations") or []:
            passed.append((identity["roleArn"], "pods.eks.amazonaws.com"))
        for arn, to in passed:
            if arn:
                yield "iam:PassRole", arn, {"iam:PassedToService": to}
        if operation in SERVICE_LINKED:
            service = SERVICE_LINKED[operation]
            arn = f"arn:aws:iam::{self.account}:role/aws-service-role/{service}/AWSServiceRole"
            yield "iam:CreateServiceLinkedRole", arn, {"iam:AWSServiceName": service}
        for config in body.get("encryptionConfig") or []:
            for action in ("kms:DescribeKey", "kms:CreateGrant"):
                yield action, config["provider"]["keyArn"], {}
        if operation == "CreateNodegroup" and "launchTemplate" in body:
            start = f"arn:aws:ec2:{self.region}:{self.account}:"
            template = f"{start}launch-template/{body['launchTemplate']['id']}"
            yield "ec2:RunInstances", f"{start}instance/*", {"ec2:LaunchTemplate": template}

    # Load balancers

    def of_balancers(self, operation, form, _, __):
        identity = form.get("LoadBalancerArn") or form.get("TargetGroupArn")
        name = form.get("LoadBalancerName")
        start = f"arn:aws:elasticloadbalancing:{self.region}:{self.account}:"
        arn = identity or f"{start}loadbalancer/{name}"
        yield f"elasticloadbalancing:{operation}", arn, keys("Resource", self.balancers(identity or name))
