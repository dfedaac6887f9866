"""What AWS refuses and moto lets pass, NAT gateways that take their time, and network interfaces."""

from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.launch_templates import LaunchTemplate

from .errors import Refused

FILTER_VALUE = NetworkInterface.get_filter_value


def filter_value(self, name, method=None):
    """moto does not know the status as a filter."""
    return self.status if name == "status" else FILTER_VALUE(self, name, method)


NetworkInterface.get_filter_value = filter_value
# moto hands out the tags that a template was made with, whatever came later.
LaunchTemplate.tags = property(lambda self: self.get_tags(), lambda self, _: None)


def dependency(message):
    return Refused("DependencyViolation", message)


class Ec2:
    def __init__(self, clock, backend):
        self.clock, self.backend = clock, backend
        self.due = {}
        # moto has none.
        self.placement_groups = {"close"}
        # Why the next NAT gateway does not come up.
        self.fail_nat = None
        # Where EKS has no room for control planes.
        self.closed_zones = set()
        self.checks = {
            "AssociateRouteTable": self.associate_route_table,
            "DeleteSubnet": self.delete_subnet,
            "ReleaseAddress": self.release_address,
            "DeleteSecurityGroup": self.delete_security_group,
            "DetachInternetGateway": self.detach_internet_gateway,
            "DeleteVpc": self.delete_vpc,
            "CreateNatGateway": self.create_nat_gateway,
            "DeleteNetworkInterface": self.delete_network_interface,
            "ModifySubnetAttribute": self.modify_subnet_attribute,
        }

    def check(self, operation, form):
        """Refuses what AWS would."""
        check = self.checks.get(operation)
        if check:
            check(form)

    # Time

    def tick(self):
        for gateway in list(self.backend.nat_gateways.values()):
            due = self.due.get(gateway.id)
            what = "nat" if gateway.state == "pending" else "nat delete"
            if due is not None and self.clock.over(what, due):
                if gateway.state == "pending":
                    gateway.state = "failed" if self.fail_nat else "available"
                    self.fail_nat = None
                elif gateway.state == "deleting":
                    gateway.state = "deleted"
                    self.release_nat(gateway)
                del self.due[gateway.id]

    def done(self, operation, form, before):
        """What goes on after moto has answered."""
        if operation == "CreateNatGateway":
            for identity in set(self.backend.nat_gateways) - before["nats"]:
                self.backend.nat_gateways[identity].state = "pending"
                self.backend.nat_gateways[identity]._eni.status = "in-use"
                self.due[identity] = self.clock.after("nat")

    def before(self):
        return {"nats": set(self.backend.nat_gateways)}

    def delete_nat_gateway(self, form):
        """Instead of moto's, after which everything is gone at once."""
        gateway = self.backend.nat_gateways.get(form["NatGatewayId"])
        if gateway is None or gateway.state == "deleted":
            raise Refused("NatGatewayNotFound", f"NatGateway {form['NatGatewayId']} was not found")
        gateway.state = "deleting"
        self.due[gateway.id] = self.clock.after("nat delete")

    def release_nat(self, gateway):
        for address in self.backend.addresses:
            if address.eni is gateway._eni:
                address.eni = None
                address.association_id = None
        self.backend.enis.pop(gateway._eni.id, None)

    # Refusals

    def interfaces(self, **wanted):
        def matches(interface):
            if "subnet" in wanted and interface.subnet.id != wanted["subnet"]:
                return False
            groups = [group.id for group in interface.group_set]
            return "group" not in wanted or wanted["group"] in groups

        return [one for one in self.backend.enis.values() if matches(one)]

    def associate_route_table(self, form):
        for table in self.backend.route_tables.values():
            if form.get("SubnetId") in table._associations.values():
                message = f"the subnet {form['SubnetId']} has an association with {table.id}"
                raise Refused("Resource.AlreadyAssociated", message)

    def delete_subnet(self, form):
        subnet = form["SubnetId"]
        if self.interfaces(subnet=subnet):
            raise dependency(f"The subnet '{subnet}' has dependencies and cannot be deleted.")

    def release_address(self, form):
        address = next(
            (one for one in self.backend.addresses if one.allocation_id == form["AllocationId"]),
            None,
        )
        if address is None:
            raise Refused("InvalidAllocationID.NotFound", "The allocation ID does not exist")
        if address.association_id:
            raise Refused("InvalidIPAddress.InUse", f"The address {address.public_ip} is in use")

    def delete_security_group(self, form):
        identity = form["GroupId"]
        if self.interfaces(group=identity):
            raise dependency(f"resource {identity} has a dependent object")
        for groups in self.backend.groups.values():
            for group in groups.values():
                pairs = [
                    rule.source_group.get("GroupId")
                    for rule in group.ingress_rules + group.egress_rules
                ]
                if group.id != identity and identity in pairs:
                    raise dependency(f"resource {identity} has a dependent object")

    def detach_internet_gateway(self, form):
        vpc = form["VpcId"]
        for address in self.backend.addresses:
            if address.eni is not None and address.eni.subnet.vpc_id == vpc:
                raise dependency(f"Network {vpc} has some mapped public address(es).")

    def delete_vpc(self, form):
        vpc = form["VpcId"]
        gateways = [one for one in self.backend.internet_gateways.values() if one.vpc]
        groups = self.backend.groups.get(vpc, {}).values()
        if any(one.vpc.id == vpc for one in gateways) or any(one.name != "default" for one in groups):
            raise dependency(f"The vpc '{vpc}' has dependencies and cannot be deleted.")

    def create_nat_gateway(self, form):
        """One address serves one gateway."""
        for address in self.backend.addresses:
            if address.allocation_id == form.get("AllocationId") and address.association_id:
                raise Refused("Resource.AlreadyAssociated", f"{address.allocation_id} is in use")
        subnet = self.backend.get_subnet(form["SubnetId"])
        attached = [one for one in self.backend.internet_gateways.values() if one.vpc]
        if not any(one.vpc.id == subnet.vpc_id for one in attached):
            raise Refused("Gateway.NotAttached", "Network has no Internet gateway attached")

    def delete_network_interface(self, form):
        interface = self.backend.enis.get(form["NetworkInterfaceId"])
        if interface is not None and interface.status != "available":
            message = f"Network interface '{interface.id}' is currently in use."
            raise Refused("InvalidParameterValue", message)

    def modify_subnet_attribute(self, form):
        """One attribute at a time; what instances are called, moto would pass over."""
        attributes = set(form) - {"Action", "Version", "SubnetId"}
        if len(attributes) != 1:
            raise Refused("InvalidParameterCombination", f"exactly one attribute: {sorted(attributes)}")
        kind = form.get("PrivateDnsHostnameTypeOnLaunch")
        if kind is None:
            return
        if kind not in ("ip-name", "resource-name"):
            raise Refused("InvalidParameterValue", f"Invalid hostname type: {kind}")
        subnet = self.backend.get_subnet(form["SubnetId"])
        subnet.private_dns_name_options_on_launch["HostnameType"] = kind

    def describe_placement_groups(self, form):
        wanted = {value for key, value in form.items() if key.startswith("Filter.1.Value.")}
        found = sorted(self.placement_groups & wanted)
        items = "".join(f"<item><groupName>{one}</groupName></item>" for one in found)
        return (
            '<DescribePlacementGroupsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
            f"<placementGroupSet>{items}</placementGroupSet></DescribePlacementGroupsResponse>"
        )

    # For EKS

    def check_subnets(self, identities, least=2):
        subnets = {one.id: one for zone in self.backend.subnets.values() for one in zone.values()}
        missing = [one for one in identities if one not in subnets]
        if missing:
            message = f"The subnet ID '{missing[0]}' does not exist"
            raise Refused("InvalidParameterException", message)
        found = [subnets[one] for one in identities]
        if len({one.vpc_id for one in found}) != 1:
            raise Refused("InvalidParameterException", "Subnets must be in one VPC")
        if least > 1 and len({one.availability_zone for one in found}) < least:
            message = "Subnets specified must be in at least two different AZs"
            raise Refused("InvalidParameterException", message)
        return found[0].vpc_id

    def zones_of(self, identities):
        subnets = self.backend.subnets
        return {zone for zone, found in subnets.items() if set(found) & set(identities)}

    def check_zones(self, identities):
        """Not every zone has room for the interfaces of a control plane."""
        zones = self.zones_of(identities)
        closed = sorted(zones & self.closed_zones)
        if closed:
            every = {zone.name for zone in self.backend.describe_availability_zones()}
            others = ", ".join(sorted(every - self.closed_zones))
            message = (
                f"Cannot create cluster because {closed[0]}, the targeted Availability Zone, does not "
                "currently have sufficient capacity to support the cluster. Retry and choose from these "
                f"Availability Zones: {others}"
            )
            raise Refused("UnsupportedAvailabilityZoneException", message)

    def check_private(self, identities):
        """Fargate wants subnets without a route to an internet gateway."""
        public = {
            subnet
            for table in self.backend.route_tables.values()
            for subnet in table._associations.values()
            if any((getattr(one.gateway, "id", None) or "").startswith("igw-") for one in table.routes)
        }
        for one in identities:
            if one in public:
                message = f"Subnet {one} provided in Fargate Profile is not a private subnet"
                raise Refused("InvalidParameterException", message)

    def check_group(self, identity, vpc):
        if identity not in self.backend.groups.get(vpc, {}):
            raise Refused("InvalidParameterException", f"Security group {identity} does not exist")

    def check_template(self, template, vpc):
        found = self.backend.launch_templates.get(template.get("id"))
        if found is None:
            raise Refused("InvalidParameterException", "Launch template does not exist")
        numbers = [str(version.number) for version in found.versions]
        if template.get("version") not in numbers:
            raise Refused("InvalidParameterException", "Launch template version does not exist")
        data = found.versions[numbers.index(template["version"])].data
        group = data.get("Placement", {}).get("GroupName")
        if group and group not in self.placement_groups:
            raise Refused("InvalidParameterException", f"The placement group {group} does not exist")
        for identity in data.get("SecurityGroupIds", []):
            self.check_group(identity, vpc)

    def check_capacity(self, template, capacity, types):
        """A capacity block is a reservation, of which the template says all."""
        data = {}
        if template:
            found = self.backend.launch_templates[template["id"]]
            data = found.get_version(template["version"]).data
        market = data.get("InstanceMarketOptions", {}).get("MarketType")
        if (market == "capacity-block") != (capacity == "CAPACITY_BLOCK"):
            message = f"The capacity type {capacity} does not go with the market type {market}"
            raise Refused("InvalidParameterException", message)
        if capacity != "CAPACITY_BLOCK":
            return
        reservation = data.get("CapacityReservationSpecification", {})
        if not reservation.get("CapacityReservationTarget"):
            raise Refused("InvalidParameterException", "A capacity block needs a reservation as target")
        if types or not data.get("InstanceType"):
            message = "The instance type of a capacity block has to be in the launch template alone"
            raise Refused("InvalidParameterException", message)

    def groups_of_nodes(self, template, own):
        """Those that the template names; only where it names none, EKS gives them that of the cluster."""
        if not template:
            return [own]
        found = self.backend.launch_templates[template["id"]].get_version(template["version"])
        return found.data.get("SecurityGroupIds") or [own]

    def cluster_security_group(self, name, vpc):
        group = self.backend.create_security_group(
            f"eks-cluster-sg-{name}",
            "EKS created security group applied to ENI",
            vpc_id=vpc["vpcId"],
            tags={"aws:eks:cluster-name": name, f"kubernetes.io/cluster/{name}": "owned"},
        )
        return group.id

    def remove_group_if_free(self, identity):
        """EKS leaves it behind when something still has it."""
        if identity and not self.interfaces(group=identity):
            self.backend.delete_security_group(group_id=identity)

    def interface(self, subnet, groups, description):
        made = self.backend.create_network_interface(
            self.backend.get_subnet(subnet), None, group_ids=groups, description=description
        )
        made.status = "in-use"
        return made.id

    def remove_interface(self, identity):
        self.backend.enis.pop(identity, None)

    def free_interface(self, identity):
        interface = self.backend.enis.get(identity)
        if interface is not None:
            interface.status = "available"
