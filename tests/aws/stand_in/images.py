"""The AMIs of AWS for nodes: EKS starts nodes from them, EC2 lists them."""

from moto.ec2.models.amis import Ami
from moto.ec2.utils import random_ami_id

# When they were published, the oldest first.
DAYS = ["20261001", "20261101"]
# What their names begin with, up to the release.
NAMES = {
    "AL2023_x86_64_STANDARD": "amazon-eks-node-al2023-x86_64-standard-{}-v",
    "AL2023_ARM_64_STANDARD": "amazon-eks-node-al2023-arm64-standard-{}-v",
    "BOTTLEROCKET_x86_64": "bottlerocket-aws-k8s-{}-x86_64-v",
    "BOTTLEROCKET_ARM_64": "bottlerocket-aws-k8s-{}-aarch64-v",
}


class Images:
    def __init__(self, backend, versions):
        self.backend, self.versions = backend, versions
        self.days = []
        for day in DAYS:
            self.publish(day)

    def publish(self, day):
        """One of each kind for each version of Kubernetes."""
        self.days.append(day)
        for ami, name in NAMES.items():
            for version in self.versions:
                release = self.releases(ami, version)[-1]
                # In the name of Amazon Linux's there is only the day.
                tail = release if ami.startswith("BOTTLEROCKET") else day
                self.add(name.format(version) + tail)

    def add(self, name):
        identity = random_ami_id()
        owner = {"owner_id": "602401143452", "owner_alias": "amazon", "public": True}
        self.backend.amis[identity] = Ami(self.backend, identity, name=name, **owner)

    def releases(self, ami, version):
        """What EKS calls those of a kind for a version of Kubernetes, the oldest first."""
        if ami.startswith("BOTTLEROCKET"):
            return [f"1.{9 + number}.0-{day}" for number, day in enumerate(self.days)]
        return [f"{version}.1-{day}" for day in self.days]
