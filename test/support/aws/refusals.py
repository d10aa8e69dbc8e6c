"""What the real AWS refuses and moto accepts, or does at once and takes its time for: a layer in front of moto.

Each rule names the page of AWS's documentation that says so. A rule looks at the request and at what moto holds, and returns the
error, as (code, message), or nothing. It is asked before moto is.
"""

import base64
import json
import re
import xml.etree.ElementTree as ElementTree
from datetime import datetime, timedelta
from io import BytesIO

from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.utils import utcnow
from werkzeug.wrappers import Request, Response

DOCS = "https://docs.aws.amazon.com/"

# How long a new instance profile stays unknown to EC2.
PROFILE_SECONDS = 6
# How far the clock of who signs a request may be from AWS's.
SIGNATURE_MINUTES = 5

RULES = []


class Call:
    """A request: the service, the action, and its parameters."""

    def __init__(self, request: Request, body: bytes) -> None:
        scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/", request.headers.get("Authorization", ""))
        self.region, self.service = scope.groups() if scope else ("us-east-1", "")
        self.date = request.headers.get("X-Amz-Date")
        self.path = request.path
        self.method = request.method
        self.body = body
        target = request.headers.get("X-Amz-Target")
        self.speaks_json = target is not None
        if target:
            self.action, self.parameters = target.split(".")[-1], json.loads(body or b"{}")
        else:
            form = Request({**request.environ}).form.to_dict()
            self.action, self.parameters = form.get("Action", f"{request.method} {request.path}"), form

    def get(self, name: str, default=None):
        return self.parameters.get(name, default)

    def backend(self, service: str):
        region = "aws" if service in ("iam", "route53") else self.region
        return get_backend(service)[DEFAULT_ACCOUNT_ID][region]

    def tags(self):
        if self.speaks_json:
            return {tag["Key"]: tag.get("Value", "") for tag in self.get("Tags") or []}
        keys = {name[: -len(".Key")]: value for name, value in self.parameters.items() if re.search(r"Tags?\.(member\.)?\d+\.Key$", name)}
        return {key: self.get(f"{prefix}.Value", "") for prefix, key in keys.items()}


def refuses(service: str, *actions: str, page: str):
    """Registers a rule for the actions of a service; without actions, for every one."""

    def register(rule):
        RULES.append((service, actions, rule))
        rule.page = DOCS + page
        return rule

    return register


# --- What services have in common -----------------------------------------------------------------------------------------------


@refuses("ecr", page="IAM/latest/UserGuide/reference_sigv-troubleshooting.html")
@refuses("secretsmanager", page="IAM/latest/UserGuide/reference_sigv-troubleshooting.html")
def signed_by_another_clock(call):
    form = "%Y%m%dT%H%M%SZ"
    # What the tests themselves ask is not signed.
    if call.date is None:
        return None
    signed, now, margin = datetime.strptime(call.date, form), utcnow(), timedelta(minutes=SIGNATURE_MINUTES)
    if signed > now + margin:
        limit = f"{now + margin:{form}} ({now:{form}} + {SIGNATURE_MINUTES} min.)"
        return "InvalidSignatureException", f"Signature not yet current: {call.date} is still later than {limit}"
    if signed < now - margin:
        limit = f"{now - margin:{form}} ({now:{form}} - {SIGNATURE_MINUTES} min.)"
        return "InvalidSignatureException", f"Signature expired: {call.date} is now earlier than {limit}"


# --- Systems Manager ------------------------------------------------------------------------------------------------------------


@refuses("ssm", "CreateAssociation", "UpdateAssociation", page="systems-manager/latest/APIReference/API_CreateAssociation.html")
def rate_only_at_its_interval(call):
    if call.get("ApplyOnlyAtCronInterval") and str(call.get("ScheduleExpression", "")).startswith("rate"):
        return "ValidationException", "ApplyOnlyAtCronInterval is not supported for rate expressions"


@refuses("ssm", "CreateDocument", "UpdateDocument", page="systems-manager/latest/APIReference/API_CreateDocument.html")
def document_too_large(call):
    if len(call.get("Content", "").encode()) > 64 * 1024:
        return "MaxDocumentSizeExceeded", "The size limit of a document is 64 KB"


@refuses("ssm", "CreateDocument", page="systems-manager/latest/APIReference/API_CreateDocument.html#systemsmanager-CreateDocument-request-Name")
def document_name(call):
    if not re.fullmatch(r"[a-zA-Z0-9_\-.]{3,128}", call.get("Name", "")):
        return "ValidationException", "Value at 'name' failed to satisfy constraint: ^[a-zA-Z0-9_\\-.]{3,128}$"
    if re.match(r"aws|amazon|amzn", call.get("Name", ""), re.IGNORECASE):
        return "ValidationException", "Document names may not begin with aws, amazon or amzn, which AWS reserves"


# --- EC2 ------------------------------------------------------------------------------------------------------------------------


@refuses("ec2", "RunInstances", page="AWSEC2/latest/UserGuide/user-data.html")
def user_data_too_large(call):
    if len(base64.b64decode(call.get("UserData", ""))) > 16 * 1024:
        return "InvalidParameterValue", "User data is limited to 16384 bytes"


@refuses("ec2", "RunInstances", page="IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency")
def profile_not_known_yet(call):
    name = call.get("IamInstanceProfile.Name") or call.get("IamInstanceProfile.Arn", "").split("/")[-1]
    if not name:
        return None
    profile = next((p for p in call.backend("iam").instance_profiles.values() if p.name == name), None)
    if profile is None or utcnow() - profile.create_date < timedelta(seconds=PROFILE_SECONDS):
        return "InvalidParameterValue", f"Value ({name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"


@refuses("ec2", "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", page="vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups")
def too_many_rules(call):
    group = call.backend("ec2").get_security_group_from_id(call.get("GroupId", ""))
    if group is None:
        return None
    rules = group.ingress_rules if call.action.endswith("Ingress") else group.egress_rules
    for family in ("CidrIp", "CidrIpv6"):
        new = sum(1 for name in call.parameters if name.endswith("." + family) or name.endswith((".GroupId", ".PrefixListId")))
        of_family = [r for r in rules if not r.ip_range or family in r.ip_range]
        if len(of_family) + new > 60:
            return "RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached."


@refuses("ec2", "DeleteSecurityGroup", page="AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html")
def group_in_use(call):
    ec2 = call.backend("ec2")
    group_id = call.get("GroupId", "")
    interfaces = [i for i in ec2.enis.values() if group_id in [g.id for g in i.group_set]]
    balancers = [b for b in call.backend("elbv2").load_balancers.values() if group_id in b.security_groups]
    others = [g for groups in ec2.groups.values() for g in groups.values() if g.id != group_id]
    rules = [r for g in others for r in [*g.ingress_rules, *g.egress_rules] if (r.source_group or {}).get("GroupId") == group_id]
    if interfaces or balancers or rules:
        return "DependencyViolation", f"resource {group_id} has a dependent object"


@refuses("ec2", "CreateSecurityGroup", page="AWSEC2/latest/APIReference/API_CreateSecurityGroup.html")
def group_name(call):
    allowed = r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}"
    for name in ("GroupName", "GroupDescription"):
        if not re.fullmatch(allowed, call.get(name, "")):
            return "InvalidParameterValue", f"Value ({call.get(name)}) for parameter {name} is invalid. Character sets beyond ASCII are not supported."
    if call.get("GroupName", "").startswith("sg-"):
        return "InvalidParameterValue", "Group names may not be in the format sg-*"


@refuses("ec2", "CreateVolume", page="AWSEC2/latest/APIReference/API_CreateVolume.html")
def volume_that_gp3_does_not_offer(call):
    size = int(call.get("Size", 0))
    snapshot = call.backend("ec2").snapshots.get(call.get("SnapshotId", ""))
    if snapshot is not None and size and size < snapshot.volume.size:
        return "InvalidParameterValue", "Volume of that size is smaller than its snapshot"
    if call.get("VolumeType") != "gp3":
        return None
    iops, throughput = int(call.get("Iops", 3000)), int(call.get("Throughput", 125))
    if iops > max(3000, 500 * size) or throughput > iops / 4:
        return "InvalidParameterCombination", "The ratio of IOPS to size, or of throughput to IOPS, is too large"


@refuses("ec2", page="AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions")
def tags_of_ec2(call):
    return tags_refused(call, "InvalidParameterValue")


def tags_refused(call, code):
    tags = call.tags()
    if len(tags) > 50:
        return code, "There are more than 50 tags"
    for key, value in tags.items():
        if key.lower().startswith("aws:") or not key or len(key) > 128 or len(value) > 256:
            return code, f"The tag {key} is reserved, or too long"


# --- IAM ------------------------------------------------------------------------------------------------------------------------


@refuses("iam", "PutRolePolicy", page="IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length")
def inline_policies_too_large(call):
    role = call.backend("iam").get_role(call.get("RoleName"))
    policies = {**role.policies, call.get("PolicyName"): call.get("PolicyDocument", "")}
    if sum(len(re.sub(r"\s", "", policy)) for policy in policies.values()) > 10_240:
        return "LimitExceeded", f"Maximum policy size of 10240 bytes exceeded for role {role.name}"


@refuses("iam", "CreateRole", "CreateInstanceProfile", "PutRolePolicy", page="IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names")
def name_of_iam(call):
    for name, length in (("RoleName", 64), ("InstanceProfileName", 128), ("PolicyName", 128)):
        value = call.get(name)
        if value is not None and not re.fullmatch(r"[\w+=,.@-]{1,%d}" % length, value, re.ASCII):
            return "ValidationError", f"The specified value for {name} is invalid"


@refuses("iam", "CreateRole", page="IAM/latest/APIReference/API_CreateRole.html")
def description_of_role(call):
    if re.search(r"[^\t\n\r -~¡-ÿ]", call.get("Description", "")):
        return "ValidationError", "The description holds characters that are not allowed"


# --- Secrets Manager ------------------------------------------------------------------------------------------------------------


@refuses("secretsmanager", "CreateSecret", page="secretsmanager/latest/apireference/API_CreateSecret.html")
def name_of_secret(call):
    if not re.fullmatch(r"[A-Za-z0-9/_+=.@-]{1,512}", call.get("Name", "")):
        return "ValidationException", "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"


@refuses("secretsmanager", "CreateSecret", page="secretsmanager/latest/apireference/API_DeleteSecret.html")
def name_in_recovery(call):
    secrets = call.backend("secretsmanager").secrets
    if any(secret.name == call.get("Name") and secret.deleted_date is not None for secret in secrets.values()):
        return "InvalidRequestException", "You can't create this secret because a secret with this name is already scheduled for deletion."


@refuses("secretsmanager", "PutSecretValue", "CreateSecret", page="secretsmanager/latest/userguide/reference_limits.html")
def value_too_large(call):
    if len(str(call.get("SecretString", "")).encode()) > 65_536:
        return "ValidationException", "The secret value is limited to 65536 bytes"


# --- Elastic Load Balancing -----------------------------------------------------------------------------------------------------


@refuses("elasticloadbalancing", "DeleteLoadBalancer", page="elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html")
def protected_balancer(call):
    balancer = call.backend("elbv2").load_balancers.get(call.get("LoadBalancerArn"))
    if balancer and balancer.attrs.get("deletion_protection.enabled") == "true":
        return "OperationNotPermitted", f"Load balancer '{balancer.arn}' cannot be deleted because deletion protection is enabled"


@refuses("elasticloadbalancing", "DeleteTargetGroup", page="elasticloadbalancing/latest/APIReference/API_DeleteTargetGroup.html")
def target_group_in_use(call):
    arn = call.get("TargetGroupArn")
    balancers = call.backend("elbv2").load_balancers.values()
    if any(arn in json.dumps(action.data) for b in balancers for l in b.listeners.values() for action in l.default_actions):
        return "ResourceInUse", f"Target group '{arn}' is currently in use by a listener or a rule"


@refuses("elasticloadbalancing", "CreateLoadBalancer", "CreateTargetGroup", page="elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html")
def name_of_balancer(call):
    name = call.get("Name", "")
    if not re.fullmatch(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?", name) or name.startswith("internal-"):
        return "ValidationError", f"The name '{name}' is not valid"


@refuses("elasticloadbalancing", "CreateTargetGroup", "ModifyTargetGroup", page="elasticloadbalancing/latest/network/target-group-health-checks.html#health-check-settings")
def health_check_out_of_range(call):
    ranges = {"HealthCheckIntervalSeconds": (5, 300), "HealthCheckTimeoutSeconds": (2, 120), "HealthyThresholdCount": (2, 10), "UnhealthyThresholdCount": (2, 10)}
    for name, (least, most) in ranges.items():
        if call.get(name) is not None and not least <= int(call.get(name)) <= most:
            return "ValidationError", f"{name} must be between {least} and {most}"
    if int(call.get("HealthCheckTimeoutSeconds", 0)) > int(call.get("HealthCheckIntervalSeconds", 300)):
        return "ValidationError", "Health check interval must be at least its timeout"


# --- Route 53 -------------------------------------------------------------------------------------------------------------------


def record_changes(call):
    """The zone's id and, for each change of records, its action, the record's name and its type."""
    match = re.fullmatch(r"/2013-04-01/hostedzone/([^/]+)/rrset/?", call.path)
    if not match or call.method != "POST":
        return None, []
    space = {"r": "https://route53.amazonaws.com/doc/2013-04-01/"}
    changes = ElementTree.fromstring(call.body).findall(".//r:Change", space)
    text = lambda change, path: change.findtext(path, "", space)  # noqa: E731
    return match[1], [(text(c, "r:Action"), text(c, ".//r:Name"), text(c, ".//r:Type")) for c in changes]


@refuses("route53", page="Route53/latest/APIReference/API_ChangeResourceRecordSets.html")
def record_that_exists(call):
    zone_id, changes = record_changes(call)
    zone = call.backend("route53").zones.get(zone_id)
    existing = {(record.name.rstrip("."), record.type) for record in zone.rrsets} if zone else set()
    for action, name, kind in changes:
        if action == "CREATE" and (name.rstrip("."), kind) in existing:
            return "InvalidChangeBatch", f"Tried to create resource record set [name='{name}', type='{kind}'] but it already exists"


@refuses("route53", page="Route53/latest/DeveloperGuide/DomainNameFormat.html")
def name_of_record(call):
    for _, name, _ in record_changes(call)[1]:
        if len(name) > 255 or any(not 0 < len(label) <= 63 for label in name.rstrip(".").split(".")):
            return "InvalidChangeBatch", f"The name {name} has a label that is empty or too long"


class Refusals:
    """Answers what a rule refuses, and hands everything else on."""

    def __init__(self, application) -> None:
        self.application = application

    def __call__(self, environ, start_response):
        request = Request(environ)
        body = request.get_data(cache=True)
        environ["wsgi.input"] = BytesIO(body)
        call = Call(Request(environ), body)
        environ["wsgi.input"] = BytesIO(body)
        for service, actions, rule in RULES:
            if service != call.service or (actions and call.action not in actions):
                continue
            error = rule(call)
            if error:
                return answer(call, *error, rule.page)(environ, start_response)
        return self.application(environ, start_response)


def answer(call: Call, code: str, message: str, page: str) -> Response:
    message = f"{message} (see {page})"
    if call.speaks_json:
        return Response(json.dumps({"__type": code, "message": message}), 400, mimetype="application/x-amz-json-1.1")
    root = ElementTree.Element("Response" if call.service == "ec2" else "ErrorResponse")
    error = ElementTree.SubElement(ElementTree.SubElement(root, "Errors") if call.service == "ec2" else root, "Error")
    for name, text in (("Type", "Sender"), ("Code", code), ("Message", message)):
        ElementTree.SubElement(error, name).text = text
    ElementTree.SubElement(root, "RequestID" if call.service == "ec2" else "RequestId").text = "refused"
    return Response(ElementTree.tostring(root), 400, mimetype="text/xml")
