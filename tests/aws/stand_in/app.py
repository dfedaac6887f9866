"""The services behind one address, and a way in for tests below `/_/`."""

import io
import json
import os
import re
import threading
import time
import traceback
from urllib.parse import urlsplit

from moto.elb.models import elb_backends
from moto.elbv2.models import elbv2_backends
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.moto_server.werkzeug_app import create_backend_app
from werkzeug.wrappers import Request, Response

from . import listing
from .authorization import Authorization
from .clock import TYPICAL, Clock
from .credentials import Credentials
from .ec2 import Ec2
from .eks import Eks
from .errors import Refused
from .faults import Faults
from .iam import Iam
from .paging import IAM, PAGE, Pages
from .reviewer import review
from .server import copy

ACCOUNT = "123456789012"
SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request")
READING = ("Describe", "List", "Get")
# The key that calls by hand are signed with.
BY_HAND = "Credential=AKIDBYHAND/"


class EksRequest:
    """A request of EKS with its path as it was sent: an ARN in it is escaped."""

    def __init__(self, request):
        self.method, self.args = request.method, request.args
        self.raw_path = urlsplit(request.environ.get("RAW_URI", request.path)).path
        self.get_data = request.get_data


class StandIn:
    def __init__(self, region, speed):
        self.region, self.lock = region, threading.RLock()
        self.faults, self.journal = Faults(), []
        self.answers, self.pages = {}, Pages()
        self.hold_after, self.held = None, threading.Event()
        self.apps = {name: create_backend_app(name) for name in ("ec2", "elb", "elbv2", "iam", "sts")}
        self.clock = Clock(speed)
        self.ec2_backend = ec2_backends[ACCOUNT][region]
        self.iam_backend = iam_backends[ACCOUNT]["aws"]
        self.ec2 = Ec2(self.clock, self.ec2_backend)
        self.iam = Iam(self.clock, self.iam_backend)
        self.credentials = Credentials(ACCOUNT, region)
        self.eks = Eks(self.clock, self.ec2, self.iam, ACCOUNT, region)
        self.authorization = Authorization(
            ACCOUNT, region, self.ec2_backend, self.iam_backend, self.tags_of_balancer
        )

    def __call__(self, environ, start_response):
        try:
            return self.dispatch(environ, start_response)
        except Exception:
            # A mistake of the stand-in, which nobody would see otherwise.
            traceback.print_exc()
            raise

    def dispatch(self, environ, start_response):
        request = Request(environ)
        # Before anybody parses it: it is passed on as it came.
        request.get_data()
        if request.path.startswith("/_/"):
            return self.control(request)(environ, start_response)
        with self.lock:
            response = self.credentials.source(request)
        response = response or self.answer(request, environ)
        return response(environ, start_response)

    # Calls

    def answer(self, request, environ):
        service = self.service(request)
        operation = self.operation(service, request)
        mutating = service != "sts" and not operation.startswith(READING)
        with self.lock:
            if self.held.is_set():
                return self.wait_forever()
            rule, caller = self.faults.find(operation, mutating), None
            try:
                caller = self.credentials.caller(request)
                if rule and not rule.get("after"):
                    raise Faults.error(rule)
                response = self.carry_out(service, operation, request, environ)
                if rule:
                    raise Faults.error(rule)
            except Refused as refused:
                response = refused.response(service)
            ended = {
                "service": service,
                "operation": operation,
                "mutating": mutating,
                "caller": caller,
                "query": request.query_string.decode(),
                "status": response.status_code,
                "time": time.monotonic(),
                "fault": bool(rule),
                "page": any(key in request.values for key in ("NextToken", "nextToken", "Marker")),
            }
            self.journal.append(ended)
            changes = sum(1 for one in self.journal if one["mutating"])
            if mutating and self.hold_after is not None and changes >= self.hold_after:
                self.held.set()
                return self.wait_forever()
        return response

    def wait_forever(self):
        """Nobody gets an answer any more: whoever asks is about to be killed."""
        self.lock.release()
        try:
            while self.held.is_set():
                time.sleep(0.02)
        finally:
            self.lock.acquire()
        return Refused("ServiceUnavailable", "held", 503).response("ec2")

    @staticmethod
    def service(request):
        scope = SCOPE.search(request.headers.get("Authorization", ""))
        name = scope.group(2) if scope else "sts"
        if name == "elasticloadbalancing":
            return "elbv2" if "Version=2015-12-01" in request.get_data(as_text=True) else "elb"
        return name

    def operation(self, service, request):
        if service != "eks":
            return request.form.get("Action", request.args.get("Action", "Unknown"))
        try:
            action, _ = self.eks.find(request.method, EksRequest(request).raw_path)
        except Refused:
            return "Unknown"
        words = action.__name__.split("_")
        return "".join(word.capitalize() for word in words)

    def authorize(self, service, operation, request):
        """Whether the policy of the test allows it; by hand, everything is allowed."""
        if BY_HAND in request.headers.get("Authorization", ""):
            return
        arguments, body = [], {}
        if service == "eks":
            sent = EksRequest(request)
            _, arguments = self.eks.find(sent.method, sent.raw_path)
            body = json.loads(request.get_data(as_text=True) or "{}")
        self.authorization.check(service, operation, request.form, arguments, body)

    def tags_of_balancer(self, identity):
        classic = elb_backends[ACCOUNT][self.region].load_balancers.get(identity)
        if classic:
            return classic.tags
        return elbv2_backends[ACCOUNT][self.region].tagging_service.get_tag_dict_for_resource(identity)

    def carry_out(self, service, operation, request, environ):
        self.ec2.tick()
        self.eks.tick()
        self.authorize(service, operation, request)
        self.credentials.check(operation, request.form)
        if service == "eks":
            return self.json(self.eks.call(EksRequest(request)))
        if service not in self.apps:
            raise Refused("UnknownService", service, 404)
        before = self.ec2.before()
        token = request.form.get("ClientToken")
        if (operation, token) in self.answers:
            status, body = self.answers[operation, token]
            return Response(body, status, content_type="text/xml")
        if service == "ec2":
            self.ec2.check(operation, request.form)
            if operation == "DescribePlacementGroups":
                body = self.ec2.describe_placement_groups(request.form)
                return Response(body, content_type="text/xml")
            if operation == "DeleteNatGateway":
                self.ec2.delete_nat_gateway(request.form)
                identity = request.form["NatGatewayId"]
                body = (
                    '<DeleteNatGatewayResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
                    f"<natGatewayId>{identity}</natGatewayId></DeleteNatGatewayResponse>"
                )
                return Response(body, content_type="text/xml")
        if "ClientIDTo" in operation or "ClientIDFrom" in operation:
            return Response(self.iam.audience(operation, request.form), content_type="text/xml")
        if service == "ec2" and "NextToken" in request.form:
            return Response(self.pages.next(request.form["NextToken"]), content_type="text/xml")
        body = request.get_data()
        if operation in IAM:
            body = re.sub(rb"&MaxItems=\d+", b"", body) + f"&MaxItems={PAGE}".encode()
        environ = dict(environ)
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        response = Response.from_app(self.apps[service], environ, buffered=True)
        if response.status_code < 300:
            if token:
                # Asked for once more with the same token, nothing more is made.
                self.answers[operation, token] = (response.status_code, response.get_data())
            self.ec2.done(operation, request.form, before)
            if service == "ec2":
                response.set_data(self.pages.first(operation, response.get_data(as_text=True)))
            if operation == "CreateRole":
                self.iam.created(request.form["RoleName"])
        return response

    # The way in for tests

    def control(self, request):
        path = request.path[2:]
        if path == "/calls":
            return self.json(self.journal)
        if path == "/held":
            return self.json(self.held.is_set())
        body = json.loads(request.get_data(as_text=True) or "null")
        if path == "/review":
            with self.lock:
                return self.json(review(body, self.region, self.credentials, self.eks.clusters))
        if path == "/release":
            self.hold_after = None
            self.held.clear()
            return self.json(None)
        with self.lock:
            self.ec2.tick()
            self.eks.tick()
            return self.json(self.order(path, body))

    def order(self, path, body):
        match path:
            case "/account":
                classic = elb_backends[ACCOUNT][self.region]
                balancing = elbv2_backends[ACCOUNT][self.region]
                return listing.account(
                    self.ec2_backend, self.iam_backend, self.eks, classic, balancing
                )
            case "/copy":
                return copy(self)
            case "/end":
                # A copy is not needed any more; nobody waits for the answer.
                os._exit(0)
            case "/forget-calls":
                self.journal = []
            case "/faults":
                self.faults.set(body)
            case "/hold-after":
                self.hold_after = body
            case "/endpoint":
                self.eks.endpoint = body
            case "/authentication-mode":
                for cluster in self.eks.clusters.values():
                    cluster["accessConfig"]["authenticationMode"] = body
            case "/degrade":
                self.eks.degrade(body["kind"], body["name"])
            case "/insight":
                self.eks.insight = body
            case "/fail-update":
                self.eks.fail_updates[body["of"]] = body["error"]
            case "/publish-release":
                self.eks.images.publish(body)
            case "/policy":
                self.authorization.set(body)
            case "/used-actions":
                return sorted(self.authorization.used)
            case "/fail-cluster":
                self.eks.fail_cluster = body
            case "/durations":
                return {what: self.clock.duration(what) for what in TYPICAL}
            case "/hold":
                self.clock.held = set(body)
            case "/close-zone":
                self.ec2.closed_zones.add(body)
            case "/fail-nat":
                self.ec2.fail_nat = body
            case "/fail-node-group":
                self.eks.fail_node_groups[body["name"]] = body["issue"]
            case _:
                raise ValueError(path)
        return None

    @staticmethod
    def json(value):
        return Response(json.dumps(value, default=str, sort_keys=True), content_type="application/json")
