"""Everything that there is in the account, in an order that is always the same."""

import json
from urllib.parse import unquote


def tags(resource):
    return {tag["key"]: tag["value"] for tag in resource.get_tags()}


def iam_tags(pairs):
    return {tag["Key"]: tag["Value"] for tag in pairs}


def document(text):
    """A policy document, however moto keeps it."""
    return json.loads(unquote(text)) if isinstance(text, str) else text


def rule(one):
    """A rule of a security group: what may pass, and from or to where."""
    ranges = one.ip_range.get("CidrIp") or one.ip_range.get("CidrIpv6")
    other = ranges or one.source_group.get("GroupId")
    return f"{one.ip_protocol} {one.from_port}-{one.to_port} {other}"


def route(one):
    gateway = getattr(one.gateway, "id", None) or getattr(one.nat_gateway, "id", None)
    return f"{one.destination_cidr_block} {gateway}"


def account(ec2, iam, eks, classic, balancing):
    listing = network(ec2) | identities(iam) | balancers(classic, balancing)
    for name, cluster in eks.clusters.items():
        listing.setdefault("cluster", {})[name] = eks.shown(cluster)
        kinds = {
            "groups": "node group",
            "profiles": "fargate profile",
            "addons": "addon",
            "entries": "access entry",
            "identities": "pod identity",
            "providers": "identity provider",
        }
        hidden = ("due", "enis", "fails")
        for kind, called in kinds.items():
            for key, one in cluster[kind].items():
                shown = {name: value for name, value in one.items() if name not in hidden}
                listing.setdefault(called, {})[key] = shown
    return {kind: dict(sorted(found.items())) for kind, found in listing.items() if found}


def network(ec2):
    subnets = [one for zone in ec2.subnets.values() for one in zone.values()]
    groups = [one for vpc in ec2.groups.values() for one in vpc.values()]
    nats = [one for one in ec2.nat_gateways.values() if one.state != "deleted"]
    return {
        "vpc": {
            one.id: {
                "cidr": one.cidr_block,
                "dns": [one.enable_dns_support, one.enable_dns_hostnames],
                "tags": tags(one),
            }
            for one in ec2.vpcs.values()
        },
        "subnet": {
            one.id: {
                "cidr": one.cidr_block,
                "zone": one.availability_zone,
                "public": one.map_public_ip_on_launch in (True, "true"),
                "hostnames": one.private_dns_name_options_on_launch["HostnameType"],
                "tags": tags(one),
            }
            for one in subnets
        },
        "internet gateway": {
            one.id: {"vpc": one.vpc.id if one.vpc else None, "tags": tags(one)}
            for one in ec2.internet_gateways.values()
        },
        "address": {one.allocation_id: {"tags": tags(one)} for one in ec2.addresses},
        "nat gateway": {
            one.id: {"state": one.state, "subnet": one.subnet_id, "tags": tags(one)} for one in nats
        },
        "route table": {
            one.id: {
                "routes": sorted(route(way) for way in one.routes),
                "subnets": sorted(one._associations.values()),
                "tags": tags(one),
            }
            for one in ec2.route_tables.values()
        },
        "security group": {
            one.id: {
                "name": one.name,
                "rules": sorted(rule(each) for each in one.ingress_rules),
                "egress": sorted(rule(each) for each in one.egress_rules),
                "tags": tags(one),
            }
            for one in groups
        },
        "network interface": {one.id: {"status": one.status} for one in ec2.enis.values()},
        "launch template": {
            one.id: {
                "name": one.name,
                "versions": len(one.versions),
                "content": one.versions[-1].data,
                "tags": tags(one),
            }
            for one in ec2.launch_templates.values()
        },
    }


def identities(iam):
    return {
        "role": {
            one.name: {
                "trust": document(one.assume_role_policy_document),
                "policies": sorted(one.managed_policies),
                "documents": sorted(one.policies),
                "permissions": {name: document(text) for name, text in one.policies.items()},
                "boundary": one.permissions_boundary,
                "tags": iam_tags(one.tags),
            }
            for one in iam.roles.values()
        },
        "instance profile": {
            one.name: {"roles": sorted(role.name for role in one.roles)}
            for one in iam.instance_profiles.values()
        },
        "oidc provider": {
            arn: {"audiences": sorted(one.client_id_list), "tags": iam_tags(one.tags.values())}
            for arn, one in iam.open_id_providers.items()
        },
    }


def balancers(classic, balancing):
    def tagged(arn):
        return {"tags": balancing.tagging_service.get_tag_dict_for_resource(arn)}

    return {
        "load balancer": {arn: tagged(arn) for arn in balancing.load_balancers},
        "target group": {arn: tagged(arn) for arn in balancing.target_groups},
        "classic load balancer": {
            name: {"tags": one.tags} for name, one in classic.load_balancers.items()
        },
    }
