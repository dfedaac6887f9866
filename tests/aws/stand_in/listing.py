"""Everything that there is in the account, in an order that is always the same."""

def tags(resource):
    return {tag["key"]: tag["value"] for tag in resource.get_tags()}


def account(ec2, iam, eks, balancers):
    nats = [one for one in ec2.nat_gateways.values() if one.state != "deleted"]
    vpcs = list(ec2.vpcs.values())
    subnets = [one for zone in ec2.subnets.values() for one in zone.values()]
    groups = [one for vpc in ec2.groups.values() for one in vpc.values()]
    tables = list(ec2.route_tables.values())
    listing = {
        "vpc": {one.id: {"cidr": one.cidr_block, "tags": tags(one)} for one in vpcs},
        "subnet": {
            one.id: {
                "cidr": one.cidr_block,
                "zone": one.availability_zone,
                "public": one.map_public_ip_on_launch in (True, "true"),
                "tags": tags(one),
            }
            for one in subnets
        },
        "internet gateway": {
            one.id: {"vpc": one.vpc.id if one.vpc else None, "tags": tags(one)}
            for one in ec2.internet_gateways.values()
        },
        "address": {one.allocation_id: {"tags": tags(one)} for one in ec2.addresses},
        "nat gateway": {one.id: {"state": one.state, "tags": tags(one)} for one in nats},
        "route table": {
            one.id: {
                "routes": sorted(
                    f"{route.destination_cidr_block} "
                    + str(
                        getattr(route.gateway, "id", None) or getattr(route.nat_gateway, "id", None)
                    )
                    for route in one.routes
                ),
                "subnets": sorted(one._associations.values()),
                "tags": tags(one),
            }
            for one in tables
        },
        "security group": {
            one.id: {
                "name": one.name,
                "rules": sorted(
                    f"{rule.from_port} {rule.ip_range.get('CidrIp')}" for rule in one.ingress_rules
                ),
                "tags": tags(one),
            }
            for one in groups
        },
        "network interface": {one.id: {"status": one.status} for one in ec2.enis.values()},
        "launch template": {
            one.id: {"name": one.name, "versions": len(one.versions), "tags": tags(one)}
            for one in ec2.launch_templates.values()
        },
        "role": {
            one.name: {
                "policies": sorted(one.managed_policies),
                "documents": sorted(one.policies),
                "boundary": one.permissions_boundary,
                "tags": {tag["Key"]: tag["Value"] for tag in one.tags},
            }
            for one in iam.roles.values()
        },
        "oidc provider": {
            arn: {"tags": {tag["Key"]: tag["Value"] for tag in one.tags.values()}}
            for arn, one in iam.open_id_providers.items()
        },
        "load balancer": {arn: {} for arn in balancers},
    }
    for name, cluster in eks.clusters.items():
        kinds = {
            "groups": "node group",
            "profiles": "fargate profile",
            "addons": "addon",
            "entries": "access entry",
            "identities": "pod identity",
        }
        listing.setdefault("cluster", {})[name] = eks.shown(cluster)
        for kind, called in kinds.items():
            shown = {
                key: {name: value for name, value in one.items() if name not in ("due", "enis", "fails")}
                for key, one in cluster[kind].items()
            }
            listing.setdefault(called, {}).update(shown)
    return {kind: dict(sorted(found.items())) for kind, found in listing.items() if found}
