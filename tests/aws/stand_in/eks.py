"""EKS itself: clusters, node groups, Fargate profiles, addons, access entries, pod identities, updates.

moto's own lacks half of it and has everything ready at once; so this is written anew, from the
service's public description.
"""

import json
import re
import uuid
from urllib.parse import unquote

from .errors import Refused
from .images import Images
from .paging import PAGE

VERSIONS = ["1.31", "1.32", "1.33", "1.34", "1.35", "1.36"]
DEFAULT_VERSION = "1.35"
DEFAULT_AMI = "AL2023_x86_64_STANDARD"
ADDONS = ["aws-ebs-csi-driver", "coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni"]
# A cluster goes from one to the next.
MODES = ["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"]
NEEDS_NODES = {"aws-ebs-csi-driver", "coredns"}
CLUSTER_POLICY = "AmazonEKSClusterPolicy"
# A certificate that nothing is signed with.
AUTHORITY = (
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJmVENDQVNPZ0F3SUJBZ0lVVDJpSk9Xa21KTUZreWVXQXQ1"
    "YS9ZbFNFTklFd0NnWUlLb1pJemowRUF3SXcKRXpFUk1BOEdBMVVFQXd3SWMzUmhibVF0YVc0d0lCY05Nall4TVRJ"
    "d01UTXhNRE14V2hnUE1qRXlOakV3TWpjeApNekV3TXpGYU1CTXhFVEFQQmdOVkJBTU1DSE4wWVc1a0xXbHVNRmt3"
    "RXdZSEtvWkl6ajBDQVFZSUtvWkl6ajBECkFRY0RRZ0FFQVRLSldNMnM3UnFybXhRTEFETWxsT3EyR2tKKzV2YWFY"
    "VUMzb0J0OFRGSG9xQ0tiU0kreHRDSGoKQ0dDZnVpL2F2ajNZbGRYZE9oOHFnd25JWVNUUTNhTlRNRkV3SFFZRFZS"
    "ME9CQllFRkQyeEc3UmpCcS9hNzcvTQp0ZTJwSEE5S0h4N2dNQjhHQTFVZEl3UVlNQmFBRkQyeEc3UmpCcS9hNzcv"
    "TXRlMnBIQTlLSHg3Z01BOEdBMVVkCkV3RUIvd1FGTUFNQkFmOHdDZ1lJS29aSXpqMEVBd0lEU0FBd1JRSWhBTEtP"
    "YXIrOEMzUXlub2g1ZE5McXdSakkKWWJ0My9HbmVZSUZOVXU2WndwNmpBaUFrT1k2MC9kZk9YK2RWOXYwOEZ1U29k"
    "cEltblRxeGVvOS9wZFE3STFoNgpIZz09Ci0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K"
)
NODE_POLICIES = {"AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy"}


def not_found(what):
    return Refused("ResourceNotFoundException", f"No {what} found", 404)


def in_use(message):
    return Refused("ResourceInUseException", message, 409)


def invalid(message):
    return Refused("InvalidParameterException", message)


class Eks:
    def __init__(self, clock, ec2, iam, account, region):
        self.clock, self.ec2, self.iam = clock, ec2, iam
        self.account, self.region = account, region
        self.clusters = {}
        # Whose creation fails, and with which issue.
        self.fail_node_groups = {}
        self.fail_updates = {}
        self.fail_cluster = None
        # Why AWS would rather not upgrade a control plane.
        self.insight = None
        # Where its API server is, and what signs for it; by default nobody is there.
        self.endpoint = {"url": "https://127.0.0.1:1", "authority": AUTHORITY}
        self.images = Images(ec2.backend, VERSIONS)
        self.routes = [
            (method, re.compile(f"^{path}$"), action) for method, path, action in self.table()
        ]

    def table(self):
        name = "([^/]+)"
        cluster = f"/clusters/{name}"
        return [
            ("POST", "/clusters", self.create_cluster),
            ("GET", cluster, self.describe_cluster),
            ("DELETE", cluster, self.delete_cluster),
            ("POST", f"{cluster}/update-config", self.update_cluster_config),
            ("POST", f"{cluster}/updates", self.update_cluster_version),
            ("POST", f"{cluster}/encryption-config/associate", self.associate_encryption_config),
            ("GET", f"{cluster}/updates/{name}", self.describe_update),
            ("GET", f"{cluster}/identity-provider-configs", self.list_identity_provider_configs),
            (
                "POST",
                f"{cluster}/identity-provider-configs/associate",
                self.associate_identity_provider_config,
            ),
            (
                "POST",
                f"{cluster}/identity-provider-configs/describe",
                self.describe_identity_provider_config,
            ),
            (
                "POST",
                f"{cluster}/identity-provider-configs/disassociate",
                self.disassociate_identity_provider_config,
            ),
            ("GET", f"{cluster}/node-groups", self.list_nodegroups),
            ("POST", f"{cluster}/node-groups", self.create_nodegroup),
            ("GET", f"{cluster}/node-groups/{name}", self.describe_nodegroup),
            ("DELETE", f"{cluster}/node-groups/{name}", self.delete_nodegroup),
            ("POST", f"{cluster}/node-groups/{name}/update-config", self.update_nodegroup_config),
            ("POST", f"{cluster}/node-groups/{name}/update-version", self.update_nodegroup_version),
            ("GET", f"{cluster}/fargate-profiles", self.list_fargate_profiles),
            ("POST", f"{cluster}/fargate-profiles", self.create_fargate_profile),
            ("GET", f"{cluster}/fargate-profiles/{name}", self.describe_fargate_profile),
            ("DELETE", f"{cluster}/fargate-profiles/{name}", self.delete_fargate_profile),
            ("GET", f"{cluster}/addons", self.list_addons),
            ("POST", f"{cluster}/addons", self.create_addon),
            ("GET", f"{cluster}/addons/{name}", self.describe_addon),
            ("DELETE", f"{cluster}/addons/{name}", self.delete_addon),
            ("POST", f"{cluster}/addons/{name}/update", self.update_addon),
            ("GET", "/addons/supported-versions", self.describe_addon_versions),
            ("GET", f"{cluster}/access-entries", self.list_access_entries),
            ("POST", f"{cluster}/access-entries", self.create_access_entry),
            ("GET", f"{cluster}/access-entries/{name}", self.describe_access_entry),
            ("POST", f"{cluster}/access-entries/{name}", self.update_access_entry),
            ("DELETE", f"{cluster}/access-entries/{name}", self.delete_access_entry),
            (
                "GET",
                f"{cluster}/access-entries/{name}/access-policies",
                self.list_associated_access_policies,
            ),
            (
                "POST",
                f"{cluster}/access-entries/{name}/access-policies",
                self.associate_access_policy,
            ),
            (
                "DELETE",
                f"{cluster}/access-entries/{name}/access-policies/{name}",
                self.disassociate_access_policy,
            ),
            ("GET", f"{cluster}/pod-identity-associations", self.list_pod_identity_associations),
            ("POST", f"{cluster}/pod-identity-associations", self.create_pod_identity_association),
            (
                "GET",
                f"{cluster}/pod-identity-associations/{name}",
                self.describe_pod_identity_association,
            ),
            (
                "POST",
                f"{cluster}/pod-identity-associations/{name}",
                self.update_pod_identity_association,
            ),
            (
                "DELETE",
                f"{cluster}/pod-identity-associations/{name}",
                self.delete_pod_identity_association,
            ),
            ("POST", f"/tags/{name}", self.tag_resource),
            ("DELETE", f"/tags/{name}", self.untag_resource),
        ]

    def find(self, method, path):
        """The call and its arguments."""
        for wanted, pattern, action in self.routes:
            match = pattern.match(path)
            if wanted == method and match:
                return action, [unquote(group) for group in match.groups()]
        raise Refused("UnknownOperationException", f"{method} {path}", 404)

    def call(self, request):
        self.tick()
        action, arguments = self.find(request.method, request.raw_path)
        text = request.get_data(as_text=True)
        body = json.loads(text) if text else {}
        answer = action(*arguments, body, request.args)
        if request.method == "GET":
            return self.page(answer, request.args.get("nextToken"))
        return answer

    @staticmethod
    def page(answer, token):
        """As much of a list as AWS gives at once: little, so that whoever reads only the first page notices."""
        [(key, found)] = answer.items()
        if not isinstance(found, list):
            return answer
        start = int(token or 0)
        more = {"nextToken": str(start + PAGE)} if len(found) > start + PAGE else {}
        return answer | {key: found[start : start + PAGE]} | more

    # Time

    def tick(self):
        """Ends whatever has had its time."""
        over = self.clock.over
        for name, cluster in list(self.clusters.items()):
            for update in cluster["updates"].values():
                if update["status"] == "InProgress" and over("update", update["due"]):
                    self.end_update(update)
            for group_name, group in list(cluster["groups"].items()):
                self.tick_group(cluster, group_name, group)
            for profile_name, profile in list(cluster["profiles"].items()):
                self.tick_profile(cluster, profile_name, profile)
            for addon_name, addon in list(cluster["addons"].items()):
                self.tick_addon(cluster, addon_name, addon)
            if cluster["status"] == "CREATING" and over("cluster", cluster["due"]):
                self.come_up(cluster)
            if cluster["status"] == "DELETING" and over("cluster delete", cluster["due"]):
                self.go_down(cluster)
                del self.clusters[name]

    def end_update(self, update):
        effect, error = update.pop("effect"), self.fail_updates.pop(update["of"], None)
        if error:
            update["status"], update["errors"] = "Failed", [error]
        else:
            update["status"] = "Successful"
            effect()

    def degrade(self, kind, name):
        """A node group or an addon is no longer as it was, and stays so."""
        for cluster in self.clusters.values():
            one = cluster[kind].get(name)
            if one:
                one["status"], one["due"] = "DEGRADED", float("inf")
                issue = {"code": "Ec2SubnetNotFound", "message": "made by a test", "resourceIds": []}
                one["health"] = {"issues": [issue]}

    def come_up(self, cluster):
        cluster["status"] = "FAILED" if cluster["fails"] else "ACTIVE"
        vpc = cluster["vpc"]
        vpc["clusterSecurityGroupId"] = self.ec2.cluster_security_group(cluster["name"], vpc)
        self.place(cluster)

    def place(self, cluster):
        """Its network interfaces, instead of those that it had."""
        vpc = cluster["vpc"]
        groups = [*vpc["securityGroupIds"], vpc["clusterSecurityGroupId"]]
        description = f"Amazon EKS {cluster['name']}"
        for interface in cluster["enis"]:
            self.ec2.remove_interface(interface)
        subnets = vpc["subnetIds"][:2]
        cluster["enis"] = [self.ec2.interface(one, groups, description) for one in subnets]

    def go_down(self, cluster):
        for interface in cluster["enis"]:
            self.ec2.remove_interface(interface)
        self.ec2.remove_group_if_free(cluster["vpc"].get("clusterSecurityGroupId"))

    def tick_group(self, cluster, name, group):
        what = "node group delete" if group["status"] == "DELETING" else "node group"
        if not self.clock.over(what, group["due"]):
            return
        if group["status"] == "CREATING":
            reason = group.get("fails")
            group["status"] = "CREATE_FAILED" if reason else "ACTIVE"
            if reason:
                group["health"] = {"issues": [reason]}
        elif group["status"] == "DELETING":
            for interface in group["enis"][1:]:
                self.ec2.remove_interface(interface)
            # The VPC CNI is known to leave one behind.
            for interface in group["enis"][:1]:
                self.ec2.free_interface(interface)
            del cluster["groups"][name]

    def tick_profile(self, cluster, name, profile):
        if not self.clock.over("fargate profile", profile["due"]):
            return
        if profile["status"] == "CREATING":
            profile["status"] = "ACTIVE"
        elif profile["status"] == "DELETING":
            del cluster["profiles"][name]

    def tick_addon(self, cluster, name, addon):
        over = self.clock.over("addon", addon["due"])
        if addon["status"] == "DELETING" and over:
            del cluster["addons"][name]
        elif addon["status"] in ("CREATING", "DEGRADED") and over:
            has_nodes = any(group["status"] == "ACTIVE" for group in cluster["groups"].values())
            ready = has_nodes or name not in NEEDS_NODES
            addon["status"] = "ACTIVE" if ready else "DEGRADED"
            issue = {"code": "InsufficientNumberOfReplicas", "message": "no nodes", "resourceIds": []}
            addon["health"] = {"issues": [] if ready else [issue]}

    def arn(self, *parts):
        return f"arn:aws:eks:{self.region}:{self.account}:" + "/".join(str(part) for part in parts)

    # Clusters

    def cluster(self, name):
        if name not in self.clusters:
            raise not_found(f"cluster for name: {name}.")
        return self.clusters[name]

    def active(self, name):
        cluster = self.cluster(name)
        if cluster["status"] != "ACTIVE":
            raise Refused("InvalidRequestException", f"Cluster is in {cluster['status']} status")
        running = [one for one in cluster["updates"].values() if one["status"] == "InProgress"]
        if any(one["of"] == "" for one in running):
            raise in_use(f"Cannot do this while cluster {name} currently has update in progress")
        return cluster

    def create_cluster(self, body, _):
        name = body["name"]
        if name in self.clusters:
            raise in_use(f"Cluster already exists with name: {name}")
        vpc = body["resourcesVpcConfig"]
        vpc_id = self.ec2.check_subnets(vpc.get("subnetIds", []))
        self.ec2.check_zones(vpc["subnetIds"])
        for group in vpc.get("securityGroupIds", []):
            self.ec2.check_group(group, vpc_id)
        self.iam.check_role(body["roleArn"], "eks.amazonaws.com", {CLUSTER_POLICY})
        version = body.get("version", DEFAULT_VERSION)
        if version not in VERSIONS:
            raise invalid(f"unsupported Kubernetes version {version}")
        self.check_tier(body)
        logging = {}
        for setup in body.get("logging", {}).get("clusterLogging", []):
            logging.update({kind: setup["enabled"] for kind in setup["types"]})
        access = body.get("accessConfig", {})
        identity = uuid.uuid4().hex.upper()
        self.clusters[name] = {
            "name": name,
            "arn": f"arn:aws:eks:{self.region}:{self.account}:cluster/{name}",
            "version": version,
            "roleArn": body["roleArn"],
            "status": "CREATING",
            "due": self.clock.after("cluster"),
            "zones": self.ec2.zones_of(vpc["subnetIds"]),
            "vpc": {
                "subnetIds": vpc["subnetIds"],
                "securityGroupIds": vpc.get("securityGroupIds", []),
                "vpcId": vpc_id,
                "endpointPublicAccess": vpc.get("endpointPublicAccess", True),
                "endpointPrivateAccess": vpc.get("endpointPrivateAccess", False),
                "publicAccessCidrs": vpc.get("publicAccessCidrs", ["0.0.0.0/0"]),
            },
            "network": {
                "serviceIpv4Cidr": body.get("kubernetesNetworkConfig", {}).get(
                    "serviceIpv4Cidr", "10.100.0.0/16"
                ),
                "ipFamily": "ipv4",
            },
            "logging": logging,
            "encryptionConfig": body.get("encryptionConfig", []),
            "accessConfig": {
                "authenticationMode": access.get("authenticationMode", "CONFIG_MAP"),
            },
            "deletionProtection": body.get("deletionProtection", False),
            "upgradePolicy": body.get("upgradePolicy", {"supportType": "EXTENDED"}),
            "zonalShiftConfig": body.get("zonalShiftConfig", {"enabled": False}),
            "controlPlaneScalingConfig": body.get("controlPlaneScalingConfig", {"tier": "standard"}),
            "identity": identity,
            "fails": self.fail_cluster,
            "tags": body.get("tags", {}),
            "enis": [],
            "groups": {},
            "profiles": {},
            "addons": {},
            "entries": {},
            "identities": {},
            "providers": {},
            "updates": {},
        }
        self.fail_cluster = None
        return {"cluster": self.shown(self.clusters[name])}

    def shown(self, cluster):
        on = sorted(kind for kind, enabled in cluster["logging"].items() if enabled)
        off = sorted(kind for kind, enabled in cluster["logging"].items() if not enabled)
        setups = [(on, True), (off, False)]
        shown = {
            "name": cluster["name"],
            "arn": cluster["arn"],
            "version": cluster["version"],
            "roleArn": cluster["roleArn"],
            "status": cluster["status"],
            "resourcesVpcConfig": cluster["vpc"],
            "kubernetesNetworkConfig": cluster["network"],
            "logging": {
                "clusterLogging": [
                    {"types": kinds, "enabled": enabled} for kinds, enabled in setups if kinds
                ]
            },
            "encryptionConfig": cluster["encryptionConfig"],
            "accessConfig": cluster["accessConfig"],
            "deletionProtection": cluster["deletionProtection"],
            "upgradePolicy": cluster["upgradePolicy"],
            "zonalShiftConfig": cluster["zonalShiftConfig"],
            "controlPlaneScalingConfig": cluster["controlPlaneScalingConfig"],
            "health": {"issues": [cluster["fails"]] if cluster["status"] == "FAILED" else []},
            "tags": cluster["tags"],
        }
        if cluster["status"] != "CREATING":
            issuer = f"https://oidc.eks.{self.region}.amazonaws.com/id/{cluster['identity']}"
            shown["endpoint"] = self.endpoint["url"]
            shown["certificateAuthority"] = {"data": self.endpoint["authority"]}
            shown["identity"] = {"oidc": {"issuer": issuer}}
        return shown

    def describe_cluster(self, name, _, __):
        return {"cluster": self.shown(self.cluster(name))}

    def delete_cluster(self, name, _, __):
        cluster = self.cluster(name)
        # One that has failed goes all the same.
        if cluster["deletionProtection"] and cluster["status"] == "ACTIVE":
            raise Refused("InvalidRequestException", "Cluster has deletion protection enabled")
        if cluster["groups"]:
            raise in_use("Cluster has nodegroups attached")
        if cluster["profiles"]:
            raise in_use("Cluster has fargate profiles attached")
        if cluster["status"] == "CREATING":
            raise in_use("Cluster is in CREATING status")
        cluster["status"] = "DELETING"
        cluster["due"] = self.clock.after("cluster delete")
        return {"cluster": self.shown(cluster)}

    # Updates

    def update(self, cluster, kind, effect, of=""):
        identity = str(uuid.uuid4())
        due = self.clock.after("update")
        update = {"id": identity, "status": "InProgress", "type": kind, "due": due, "of": of}
        cluster["updates"][identity] = update | {"effect": effect}
        return {"update": {"id": identity, "status": "InProgress", "type": kind}}

    def describe_update(self, name, identity, _, __):
        updates = self.cluster(name)["updates"]
        if identity not in updates:
            raise not_found(f"update for id: {identity}")
        update = updates[identity]
        shown = {key: update[key] for key in ("id", "status", "type")}
        return {"update": shown | {"errors": update.get("errors", [])}}

    @staticmethod
    def check_tier(body):
        tier = body.get("controlPlaneScalingConfig", {}).get("tier", "standard")
        if tier not in ("standard", "tier-xl", "tier-2xl", "tier-4xl", "tier-8xl"):
            raise invalid(f"there is no tier {tier}")

    def check_move(self, cluster, subnets):
        """A control plane stays in its VPC, and in its zones: all of them, and no others."""
        if self.ec2.check_subnets(subnets) != cluster["vpc"]["vpcId"]:
            raise invalid("Subnets must be in the VPC of the cluster")
        zones = self.ec2.zones_of(subnets)
        if zones != cluster["zones"]:
            raise invalid(
                f"Provided subnets belong to the AZs '{','.join(sorted(zones))}'. But they should belong "
                f"to the exact set of AZs '{','.join(sorted(cluster['zones']))}' in which subnets were "
                "provided during cluster creation."
            )

    def update_cluster_config(self, name, body, _):
        cluster = self.active(name)
        kinds = {"logging", "resourcesVpcConfig", "accessConfig", "deletionProtection"}
        kinds |= {"upgradePolicy", "zonalShiftConfig", "controlPlaneScalingConfig"}
        if len(kinds & set(body)) != 1:
            raise invalid("exactly one kind of update is allowed at a time")
        self.check_tier(body)
        vpc = body.get("resourcesVpcConfig", {})
        if vpc.get("subnetIds"):
            self.check_move(cluster, vpc["subnetIds"])
        if "accessConfig" in body:
            is_at = MODES.index(cluster["accessConfig"]["authenticationMode"])
            if MODES.index(body["accessConfig"]["authenticationMode"]) != is_at + 1:
                raise invalid("Unsupported authentication mode update")

        def effect():
            for setup in body.get("logging", {}).get("clusterLogging", []):
                cluster["logging"].update({kind: setup["enabled"] for kind in setup["types"]})
            cluster["vpc"].update(vpc)
            if vpc.get("subnetIds"):
                self.place(cluster)
            cluster["accessConfig"].update(body.get("accessConfig", {}))
            for key in ("upgradePolicy", "zonalShiftConfig", "controlPlaneScalingConfig"):
                cluster[key] = body.get(key, cluster[key])
            if "deletionProtection" in body:
                cluster["deletionProtection"] = body["deletionProtection"]

        return self.update(cluster, "ConfigUpdate", effect)

    def update_cluster_version(self, name, body, _):
        cluster = self.active(name)
        is_at, wanted = VERSIONS.index(cluster["version"]), body["version"]
        if wanted not in VERSIONS or VERSIONS.index(wanted) != is_at + 1:
            step = f"from {cluster['version']} to {wanted}"
            raise invalid(f"Unsupported Kubernetes minor version update {step}")
        if self.insight and not body.get("force"):
            raise Refused("InvalidRequestException", self.insight)
        for group in cluster["groups"].values():
            if is_at + 1 - VERSIONS.index(group["version"]) > 3:
                raise invalid(f"Nodegroup {group['nodegroupName']} must be updated first")
        return self.update(
            cluster, "VersionUpdate", lambda: cluster.update({"version": wanted})
        )

    def associate_encryption_config(self, name, body, _):
        cluster = self.active(name)
        if cluster["encryptionConfig"]:
            raise invalid("Cluster already has encryption configured")
        config = {"encryptionConfig": body["encryptionConfig"]}
        return self.update(cluster, "AssociateEncryptionConfig", lambda: cluster.update(config))

    # Identity providers

    def provider(self, name, body):
        config = body["identityProviderConfig"]
        providers = self.cluster(name)["providers"]
        if config["type"] != "oidc" or config["name"] not in providers:
            raise not_found(f"identity provider config for name: {config['name']}")
        return providers[config["name"]]

    def list_identity_provider_configs(self, name, _, __):
        providers = sorted(self.cluster(name)["providers"])
        return {"identityProviderConfigs": [{"type": "oidc", "name": one} for one in providers]}

    def describe_identity_provider_config(self, name, body, _):
        return {"identityProviderConfig": {"oidc": self.provider(name, body)}}

    def associate_identity_provider_config(self, name, body, _):
        cluster, oidc = self.active(name), body["oidc"]
        if cluster["providers"]:
            raise in_use(f"Cluster {name} already has an identity provider config")
        if not oidc["issuerUrl"].startswith("https://"):
            raise invalid("The issuer URL must begin with https://")
        called = oidc["identityProviderConfigName"]
        arn = self.arn("identityproviderconfig", name, "oidc", called, uuid.uuid4())
        more = {"identityProviderConfigArn": arn, "clusterName": name, "status": "CREATING"}
        provider = cluster["providers"][called] = oidc | more | {"tags": body.get("tags", {})}
        active = {"status": "ACTIVE"}
        update = self.update(cluster, "AssociateIdentityProviderConfig", lambda: provider.update(active))
        return update | {"tags": provider["tags"]}

    def disassociate_identity_provider_config(self, name, body, _):
        cluster, provider = self.active(name), self.provider(name, body)
        provider["status"], called = "DELETING", provider["identityProviderConfigName"]
        providers = cluster["providers"]
        return self.update(
            cluster, "DisassociateIdentityProviderConfig", lambda: providers.pop(called)
        )

    # Node groups

    def group(self, name, group):
        groups = self.cluster(name)["groups"]
        if group not in groups:
            raise not_found(f"node group for name: {group}.")
        return groups[group]

    def list_nodegroups(self, name, _, __):
        return {"nodegroups": sorted(self.cluster(name)["groups"])}

    def create_nodegroup(self, name, body, _):
        cluster = self.active(name)
        group_name = body["nodegroupName"]
        if group_name in cluster["groups"]:
            raise in_use(f"NodeGroup already exists with name {group_name}")
        self.iam.check_role(body["nodeRole"], "ec2.amazonaws.com", NODE_POLICIES)
        self.ec2.check_subnets(body["subnets"], least=1)
        self.check_sizes(body["scalingConfig"])
        self.check_repair(body.get("nodeRepairConfig", {}))
        template, vpc = body.get("launchTemplate"), cluster["vpc"]
        if template:
            self.ec2.check_template(template, vpc["vpcId"])
        capacity = body.get("capacityType", "ON_DEMAND")
        self.ec2.check_capacity(template, capacity, body.get("instanceTypes"))
        version = body.get("version", cluster["version"])
        if VERSIONS.index(version) > VERSIONS.index(cluster["version"]):
            raise invalid("Requested Nodegroup version is greater than the cluster's")
        release = self.release(body.get("amiType", DEFAULT_AMI), version, body)
        fails = self.fail_node_groups.pop(group_name, None)
        if vpc["clusterSecurityGroupId"] not in self.groups_of_nodes(cluster, body):
            message = "Instances failed to join the kubernetes cluster"
            fails = {"code": "NodeCreationFailure", "message": message, "resourceIds": []}
        cluster["groups"][group_name] = {
            key: body[key]
            for key in (
                "nodegroupName",
                "scalingConfig",
                "instanceTypes",
                "subnets",
                "amiType",
                "capacityType",
                "nodeRole",
                "launchTemplate",
                "updateConfig",
                "nodeRepairConfig",
            )
            if key in body
        } | {
            "clusterName": name,
            "nodegroupArn": self.arn("nodegroup", name, group_name, uuid.uuid4()),
            "version": version,
            "releaseVersion": release,
            "labels": body.get("labels", {}),
            "taints": body.get("taints", []),
            "tags": body.get("tags", {}),
            "status": "CREATING",
            "health": {"issues": []},
            "due": self.clock.after("node group"),
            "fails": fails,
            "enis": [],
        }
        self.start_nodes(cluster, cluster["groups"][group_name])
        return {"nodegroup": self.shown_group(cluster["groups"][group_name])}

    def groups_of_nodes(self, cluster, group):
        own = cluster["vpc"]["clusterSecurityGroupId"]
        return self.ec2.groups_of_nodes(group.get("launchTemplate"), own)

    def start_nodes(self, cluster, group):
        """An interface for each node, instead of those that there were."""
        for one in group["enis"]:
            self.ec2.remove_interface(one)
        subnets, number = group["subnets"], group["scalingConfig"]["desiredSize"]
        places = [subnets[index % len(subnets)] for index in range(number)]
        groups, what = self.groups_of_nodes(cluster, group), f"aws-K8S-{group['nodegroupName']}"
        group["enis"] = [self.ec2.interface(one, groups, what) for one in places]

    def release(self, ami, version, body):
        """That which is asked for, or else the latest."""
        releases = self.images.releases(ami, version)
        wanted = body.get("releaseVersion", releases[-1])
        if wanted not in releases:
            raise invalid(
                f"Requested release version {wanted} is not valid for kubernetes version {version}."
            )
        return wanted

    @staticmethod
    def check_sizes(sizes):
        least, most, desired = sizes["minSize"], sizes["maxSize"], sizes["desiredSize"]
        if most < 1:
            raise invalid("maxSize must be at least 1")
        if not least <= desired <= most:
            raise invalid(f"desired capacity {desired} must be between {least} and {most}")

    @staticmethod
    def check_repair(config):
        for one in ("maxUnhealthyNodeThreshold", "maxParallelNodesRepaired"):
            if {one + "Count", one + "Percentage"} <= set(config):
                raise invalid(f"{one}Count and {one}Percentage do not go together")
        keys = {"nodeMonitoringCondition", "nodeUnhealthyReason", "minRepairWaitTimeMins", "repairAction"}
        for one in config.get("nodeRepairConfigOverrides", []):
            if set(one) != keys or one["repairAction"] not in ("NoAction", "Reboot", "Replace"):
                raise invalid(f"nodeRepairConfigOverrides: {one}")

    @staticmethod
    def shown_group(group):
        return {key: value for key, value in group.items() if key not in ("due", "enis", "fails")}

    def describe_nodegroup(self, name, group, _, __):
        return {"nodegroup": self.shown_group(self.group(name, group))}

    def delete_nodegroup(self, name, group_name, _, __):
        group = self.group(name, group_name)
        if group["status"] == "DELETING":
            raise in_use(f"Nodegroup {group_name} is being deleted")
        group["status"] = "DELETING"
        group["due"] = self.clock.after("node group delete")
        return {"nodegroup": self.shown_group(group)}

    def free_group(self, name, group_name):
        cluster, group = self.active(name), self.group(name, group_name)
        for update in cluster["updates"].values():
            if update["of"] == group_name and update["status"] == "InProgress":
                raise in_use(f"Nodegroup {group_name} currently has an update in progress")
        if group["status"] not in ("ACTIVE", "DEGRADED"):
            raise Refused("InvalidRequestException", f"Nodegroup is in {group['status']} status")
        return cluster, group

    def update_nodegroup_config(self, name, group_name, body, _):
        cluster, group = self.free_group(name, group_name)
        sizes = group["scalingConfig"] | body.get("scalingConfig", {})
        self.check_sizes(sizes)
        self.check_repair(body.get("nodeRepairConfig", {}))
        labels, taints = body.get("labels", {}), body.get("taints", {})

        def key(taint):
            return taint["key"], taint["effect"]

        def effect():
            group["scalingConfig"] = sizes
            group["updateConfig"] = body.get("updateConfig", group.get("updateConfig"))
            if "nodeRepairConfig" in body:
                group["nodeRepairConfig"] = body["nodeRepairConfig"]
            group["labels"].update(labels.get("addOrUpdateLabels") or {})
            for label in labels.get("removeLabels") or []:
                group["labels"].pop(label, None)
            removed = [key(one) for one in taints.get("removeTaints") or []]
            added = taints.get("addOrUpdateTaints") or []
            removed += [key(one) for one in added]
            kept = [one for one in group["taints"] if key(one) not in removed]
            group["taints"] = kept + added

        return self.update(cluster, "ConfigUpdate", effect, group_name)

    def update_nodegroup_version(self, name, group_name, body, _):
        cluster, group = self.free_group(name, group_name)
        version = body.get("version", group["version"])
        if VERSIONS.index(version) > VERSIONS.index(cluster["version"]):
            raise invalid("Requested Nodegroup version is greater than the cluster's")
        template = body.get("launchTemplate")
        if template:
            self.ec2.check_template(template, cluster["vpc"]["vpcId"])
            capacity = group.get("capacityType", "ON_DEMAND")
            self.ec2.check_capacity(template, capacity, group.get("instanceTypes"))
        release = self.release(group.get("amiType", DEFAULT_AMI), version, body)
        changed = {"version": version, "releaseVersion": release}
        if template:
            changed["launchTemplate"] = template

        def effect():
            group.update(changed)
            self.start_nodes(cluster, group)

        return self.update(cluster, "VersionUpdate", effect, group_name)

    # Fargate profiles

    def profile(self, name, profile):
        profiles = self.cluster(name)["profiles"]
        if profile not in profiles:
            raise not_found(f"Fargate Profile found with name: {profile}.")
        return profiles[profile]

    @staticmethod
    def check_no_other(cluster):
        for profile in cluster["profiles"].values():
            if profile["status"] in ("CREATING", "DELETING"):
                busy = f"{profile['fargateProfileName']} in state {profile['status']}"
                raise in_use(f"Cannot do this because cluster {cluster['name']} has {busy}")

    def list_fargate_profiles(self, name, _, __):
        return {"fargateProfileNames": sorted(self.cluster(name)["profiles"])}

    def create_fargate_profile(self, name, body, _):
        cluster = self.active(name)
        profile = body["fargateProfileName"]
        if profile in cluster["profiles"]:
            raise in_use(f"A Fargate Profile already exists with this name {profile}")
        self.check_no_other(cluster)
        if not 1 <= len(body.get("selectors", [])) <= 5:
            raise invalid("Fargate Profile needs 1 to 5 selectors")
        self.iam.check_role(
            body["podExecutionRoleArn"],
            "eks-fargate-pods.amazonaws.com",
            {"AmazonEKSFargatePodExecutionRolePolicy"},
        )
        self.ec2.check_subnets(body["subnets"], least=1)
        self.ec2.check_private(body["subnets"])
        cluster["profiles"][profile] = {
            "fargateProfileName": profile,
            "fargateProfileArn": self.arn("fargateprofile", name, profile, uuid.uuid4()),
            "clusterName": name,
            "podExecutionRoleArn": body["podExecutionRoleArn"],
            "subnets": body["subnets"],
            "selectors": body["selectors"],
            "tags": body.get("tags", {}),
            "status": "CREATING",
            "health": {"issues": []},
            "due": self.clock.after("fargate profile"),
        }
        return {"fargateProfile": self.shown_profile(cluster["profiles"][profile])}

    @staticmethod
    def shown_profile(profile):
        return {key: value for key, value in profile.items() if key != "due"}

    def describe_fargate_profile(self, name, profile, _, __):
        return {"fargateProfile": self.shown_profile(self.profile(name, profile))}

    def delete_fargate_profile(self, name, profile_name, _, __):
        profile = self.profile(name, profile_name)
        self.check_no_other(self.cluster(name))
        profile["status"], profile["due"] = "DELETING", self.clock.after("fargate profile")
        return {"fargateProfile": self.shown_profile(profile)}

    # Addons

    def addon(self, name, addon):
        addons = self.cluster(name)["addons"]
        if addon not in addons:
            raise not_found(f"addon: {addon}")
        return addons[addon]

    def versions_of(self, addon, kubernetes):
        """Three for each version of Kubernetes, the newest first; the second is the default."""
        minor = kubernetes.split(".")[1]
        return [f"v1.{minor}.{patch}-eksbuild.1" for patch in (2, 1, 0)]

    def describe_addon_versions(self, _, query):
        wanted = query.get("kubernetesVersion")
        addons = []
        for name in ADDONS:
            versions = []
            for kubernetes in reversed(VERSIONS):
                if wanted not in (None, kubernetes):
                    continue
                for index, version in enumerate(self.versions_of(name, kubernetes)):
                    one = {"clusterVersion": kubernetes, "defaultVersion": index == 1}
                    versions.append({"addonVersion": version, "compatibilities": [one]})
            addons.append({"addonName": name, "addonVersions": versions})
        return {"addons": addons}

    def list_addons(self, name, _, __):
        return {"addons": sorted(self.cluster(name)["addons"])}

    def create_addon(self, name, body, _):
        cluster = self.active(name)
        addon = body["addonName"]
        if addon not in ADDONS:
            raise invalid(f"Addon {addon} is not supported")
        if addon in cluster["addons"]:
            raise in_use("Addon already exists.")
        if body["addonVersion"] not in self.versions_of(addon, cluster["version"]):
            raise invalid(f"Addon version {body['addonVersion']} is not supported")
        identities = body.get("podIdentityAssociations", [])
        for identity in identities:
            self.iam.check_role(identity["roleArn"], "pods.eks.amazonaws.com", set())
        arn = self.arn("addon", name, addon, uuid.uuid4())
        cluster["addons"][addon] = {
            "addonName": addon,
            "clusterName": name,
            "addonVersion": body["addonVersion"],
            "addonArn": arn,
            "serviceAccountRoleArn": body.get("serviceAccountRoleArn"),
            "configurationValues": body.get("configurationValues"),
            "podIdentityAssociations": self.own(cluster, arn, identities),
            "status": "CREATING",
            "health": {"issues": []},
            "tags": body.get("tags", {}),
            "due": self.clock.after("addon"),
        }
        return {"addon": self.shown_addon(cluster["addons"][addon])}

    def own(self, cluster, owner, identities):
        """Pod identities that an addon manages itself, instead of those that it had."""
        self.disown(cluster, owner)
        arns = []
        for identity in identities:
            made = self.new_identity(
                cluster, "kube-system", identity["serviceAccount"], identity["roleArn"], {}
            )
            made["ownerArn"] = owner
            arns.append(made["associationArn"])
        return arns

    @staticmethod
    def disown(cluster, owner):
        for identity, one in list(cluster["identities"].items()):
            if one.get("ownerArn") == owner:
                del cluster["identities"][identity]

    @staticmethod
    def shown_addon(addon):
        hidden = ("due", "conflicts")
        return {k: value for k, value in addon.items() if k not in hidden and value is not None}

    def describe_addon(self, name, addon, _, __):
        return {"addon": self.shown_addon(self.addon(name, addon))}

    def delete_addon(self, name, addon_name, _, __):
        addon = self.addon(name, addon_name)
        addon["status"], addon["due"] = "DELETING", self.clock.after("addon")
        self.disown(self.cluster(name), addon["addonArn"])
        return {"addon": self.shown_addon(addon)}

    def update_addon(self, name, addon_name, body, _):
        cluster, addon = self.active(name), self.addon(name, addon_name)
        version = body.get("addonVersion", addon["addonVersion"])
        if version not in self.versions_of(addon_name, cluster["version"]):
            raise invalid(f"Addon version {version} is not supported")

        def effect():
            addon["addonVersion"] = version
            addon["conflicts"] = body.get("resolveConflicts")
            addon["serviceAccountRoleArn"] = body.get("serviceAccountRoleArn")
            values = body.get("configurationValues")
            addon["configurationValues"] = None if values in (None, "{}") else values
            identities = body.get("podIdentityAssociations")
            if identities is not None:
                addon["podIdentityAssociations"] = self.own(cluster, addon["addonArn"], identities)

        return self.update(cluster, "AddonUpdate", effect, f"addon {addon_name}")

    # Access entries

    def entry(self, name, principal):
        entries = self.cluster(name)["entries"]
        if principal not in entries:
            raise not_found(f"access entry for principal {principal}")
        return entries[principal]

    def list_access_entries(self, name, _, __):
        return {"accessEntries": sorted(self.cluster(name)["entries"])}

    def create_access_entry(self, name, body, _):
        cluster, principal = self.active(name), body["principalArn"]
        if cluster["accessConfig"]["authenticationMode"] == "CONFIG_MAP":
            raise Refused("InvalidRequestException", "The authentication mode must be API")
        if principal in cluster["entries"]:
            raise in_use("The specified access entry resource is already in use on this cluster.")
        cluster["entries"][principal] = {
            "clusterName": name,
            "principalArn": principal,
            "accessEntryArn": self.arn("access-entry", name, uuid.uuid4()),
            "kubernetesGroups": body.get("kubernetesGroups", []),
            "username": body.get("username", principal),
            "type": body.get("type", "STANDARD"),
            "tags": body.get("tags", {}),
            "policies": {},
        }
        return {"accessEntry": self.shown_entry(cluster["entries"][principal])}

    @staticmethod
    def shown_entry(entry):
        return {key: value for key, value in entry.items() if key != "policies"}

    def describe_access_entry(self, name, principal, _, __):
        return {"accessEntry": self.shown_entry(self.entry(name, principal))}

    def update_access_entry(self, name, principal, body, _):
        entry = self.entry(name, principal)
        entry.update({key: body[key] for key in ("kubernetesGroups", "username") if key in body})
        return {"accessEntry": self.shown_entry(entry)}

    def delete_access_entry(self, name, principal, _, __):
        self.entry(name, principal)
        del self.cluster(name)["entries"][principal]
        return {}

    def list_associated_access_policies(self, name, principal, _, __):
        policies = self.entry(name, principal)["policies"]
        listed = [{"policyArn": arn, "accessScope": scope} for arn, scope in policies.items()]
        return {"associatedAccessPolicies": listed}

    def associate_access_policy(self, name, principal, body, _):
        self.entry(name, principal)["policies"][body["policyArn"]] = body["accessScope"]
        return {"clusterName": name, "principalArn": principal}

    def disassociate_access_policy(self, name, principal, policy, _, __):
        self.entry(name, principal)["policies"].pop(policy, None)
        return {}

    # Pod identities

    def identity(self, name, identity):
        identities = self.cluster(name)["identities"]
        if identity not in identities:
            raise not_found(f"association for id {identity}")
        return identities[identity]

    def new_identity(self, cluster, namespace, service_account, role, tags):
        for one in cluster["identities"].values():
            if (one["namespace"], one["serviceAccount"]) == (namespace, service_account):
                raise in_use("Association already exists")
        identity = f"a-{uuid.uuid4().hex[:17]}"
        name = cluster["name"]
        cluster["identities"][identity] = {
            "clusterName": name,
            "namespace": namespace,
            "serviceAccount": service_account,
            "roleArn": role,
            "associationArn": self.arn("podidentityassociation", name, identity),
            "associationId": identity,
            "tags": tags,
        }
        return cluster["identities"][identity]

    def list_pod_identity_associations(self, name, _, __):
        keys = ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId")
        identities = self.cluster(name)["identities"].values()
        return {"associations": [{key: one[key] for key in keys} for one in identities]}

    def create_pod_identity_association(self, name, body, _):
        cluster = self.active(name)
        self.iam.check_role(body["roleArn"], "pods.eks.amazonaws.com", set())
        self.check_session(body)
        made = self.new_identity(
            cluster, body["namespace"], body["serviceAccount"], body["roleArn"], body.get("tags", {})
        )
        self.set_session(made, body)
        return {"association": made}

    @staticmethod
    def check_session(body):
        if body.get("policy") and not body.get("disableSessionTags"):
            raise invalid("disableSessionTags must be true when a policy is specified")

    @staticmethod
    def set_session(association, body):
        """What is not said stays as it is."""
        for key in ("targetRoleArn", "disableSessionTags", "policy"):
            if key in body:
                association[key] = body[key]

    def describe_pod_identity_association(self, name, identity, _, __):
        return {"association": self.identity(name, identity)}

    def update_pod_identity_association(self, name, identity, body, _):
        association = self.identity(name, identity)
        self.check_session(association | body)
        association["roleArn"] = body.get("roleArn", association["roleArn"])
        self.set_session(association, body)
        return {"association": association}

    def delete_pod_identity_association(self, name, identity, _, __):
        association = self.identity(name, identity)
        del self.cluster(name)["identities"][identity]
        return {"association": association}

    # Tags

    def tagged(self, arn):
        for cluster in self.clusters.values():
            owners = [
                (cluster["arn"], cluster),
                *((one["nodegroupArn"], one) for one in cluster["groups"].values()),
                *((one["fargateProfileArn"], one) for one in cluster["profiles"].values()),
                *((one["addonArn"], one) for one in cluster["addons"].values()),
                *((one["accessEntryArn"], one) for one in cluster["entries"].values()),
                *((one["identityProviderConfigArn"], one) for one in cluster["providers"].values()),
                *((one["associationArn"], one) for one in cluster["identities"].values()),
            ]
            for owner, one in owners:
                if owner == arn:
                    return one["tags"]
        raise Refused("NotFoundException", f"No resource {arn}", 404)

    def tag_resource(self, arn, body, _):
        self.tagged(arn).update(body["tags"])
        return {}

    def untag_resource(self, arn, _, query):
        for key in query.getlist("tagKeys"):
            self.tagged(arn).pop(key, None)
        return {}
