"""The AWS API that the integration tests talk to: moto, with the gaps that the library meets filled in here, in the open.

Filled gaps
- Systems Manager: State Manager associations (moto has none). An association runs as soon as it is created or updated, unless
  it is to run only on its schedule. With --node-runner, each run calls that program with the instance's id, the document's name
  and its parameters as arguments, and the exit status becomes the association's status; without it every run succeeds.
  When the default version of a document changes, or the latest, every association that follows it runs at once, all of them together.
- EC2: a rule of a security group that names another group keeps its description.
- EC2: termination protection that an instance is launched with holds.
- EC2: a volume that is detached a second time is said to be available.
- EC2: a network interface without a public address has no association, by which the provider tells that an instance has one.
- EC2: a network interface that outlives its instance is free again once the instance has ended.
- Route 53: a hosted zone that is created with a VPC is private and keeps that VPC.

What the real AWS refuses and moto accepts is in refusals.py, in front of it.

With --denied FILE, reading a secret whose name or ARN holds a line of FILE is refused, as by a role without the right.

With --calls FILE, every API call is written to FILE as one JSON line: when, which service, which action, and what for.
"""

import argparse
import io
import json
import logging
import pathlib
import subprocess
import threading
import time
import uuid

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import elastic_block_store, elastic_network_interfaces, instances, security_groups
from moto.ec2.responses import instances as instance_responses
from moto.core.responses import ActionResult, EmptyResult
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.route53 import responses as route53
from moto.secretsmanager import models as secretsmanager
from moto.ssm import models as ssm_models
from moto.ssm import responses as ssm
from moto.core.exceptions import JsonRESTError
from refusals import Refusals
from werkzeug.serving import run_simple
from werkzeug.wrappers import Request

options = argparse.Namespace(calls=None, node_runner=None, denied=None)


class AssociationDoesNotExist(JsonRESTError):
    code = 400

    def __init__(self) -> None:
        super().__init__("AssociationDoesNotExist", "The specified association does not exist.")


class Association:
    """What the client asked for, and how the last run ended."""

    FIELDS = (
        "Name AssociationName DocumentVersion Parameters Targets InstanceId ScheduleExpression ApplyOnlyAtCronInterval "
        "MaxErrors MaxConcurrency ComplianceSeverity SyncCompliance OutputLocation AutomationTargetParameterName"
    ).split()

    def __init__(self) -> None:
        self.association_id = str(uuid.uuid4())
        self.version = 0
        self.runs = 0
        self.fields = {}
        self.status = "Pending"

    def apply(self, response: ssm.SimpleSystemManagerResponse) -> None:
        self.version += 1
        given = {name: response._get_param(name) for name in self.FIELDS}
        # An update that names no document keeps it, and nothing else.
        kept = {"Name": self.fields["Name"]} if self.version > 1 else {}
        self.fields = {**kept, **{name: value for name, value in given.items() if value is not None}}
        self.fields.setdefault("DocumentVersion", "$DEFAULT")
        self.fields.setdefault("ApplyOnlyAtCronInterval", False)
        self.run_unless_kept_to_its_schedule()

    def run_unless_kept_to_its_schedule(self) -> None:
        if self.fields["ApplyOnlyAtCronInterval"]:
            return
        self.status = "Pending"
        self.runs += 1
        threading.Thread(target=self._run, args=(self.runs,), daemon=True).start()

    def _run(self, run: int) -> None:
        status = "Success" if self._run_on_targets() else "Failed"
        if run == self.runs:
            self.status = status

    def _run_on_targets(self) -> bool:
        if options.node_runner is None:
            return True
        instances = [i for t in self.fields.get("Targets", []) if t["Key"] == "InstanceIds" for i in t["Values"]]
        parameters = json.dumps(self.fields.get("Parameters", {}))
        for instance in instances:
            command = [*options.node_runner.split(), instance, self.fields["Name"], parameters]
            if subprocess.run(command, stdin=subprocess.DEVNULL).returncode != 0:
                return False
        return True

    def describe(self) -> dict:
        return {
            **self.fields,
            "AssociationId": self.association_id,
            "AssociationVersion": str(self.version),
            "Overview": {"Status": self.status, "DetailedStatus": self.status},
        }


def associations(response: ssm.SimpleSystemManagerResponse) -> dict:
    return response.ssm_backend.__dict__.setdefault("associations", {})


def find_association(response: ssm.SimpleSystemManagerResponse) -> Association:
    try:
        return associations(response)[response._get_param("AssociationId")]
    except KeyError:
        raise AssociationDoesNotExist() from None


def create_association(self):
    association = Association()
    association.apply(self)
    associations(self)[association.association_id] = association
    return ActionResult({"AssociationDescription": association.describe()})


def update_association(self):
    association = find_association(self)
    association.apply(self)
    return ActionResult({"AssociationDescription": association.describe()})


def describe_association(self):
    return ActionResult({"AssociationDescription": find_association(self).describe()})


def delete_association(self):
    del associations(self)[find_association(self).association_id]
    return EmptyResult()


def list_associations(self):
    return ActionResult({"Associations": [a.describe() for a in associations(self).values()]})


for action in (create_association, update_association, describe_association, delete_association, list_associations):
    setattr(ssm.SimpleSystemManagerResponse, action.__name__, action)


update_document = ssm.SimpleSystemManagerResponse.update_document
update_document_default_version = ssm.SimpleSystemManagerResponse.update_document_default_version


# "If this option wasn't selected, State Manager immediately runs the association": so it does when the document is updated.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/state-manager-about.html
def run_associations_of(response: ssm.SimpleSystemManagerResponse, version: str) -> None:
    for association in associations(response).values():
        if association.fields["Name"] == response._get_param("Name") and association.fields["DocumentVersion"] == version:
            association.run_unless_kept_to_its_schedule()


def update_document_and_run(self):
    answer = update_document(self)
    run_associations_of(self, "$LATEST")
    return answer


def update_default_version_and_run(self):
    answer = update_document_default_version(self)
    run_associations_of(self, "$DEFAULT")
    return answer


ssm.SimpleSystemManagerResponse.update_document = update_document_and_run
ssm.SimpleSystemManagerResponse.update_document_default_version = update_default_version_and_run

validate_resource = ssm_models.SimpleSystemManagerBackend._validate_resource_type_and_id


def validate_resource_or_association(self, resource_type, resource_id):
    if resource_type == "Association":
        if resource_id not in self.__dict__.get("associations", {}):
            raise AssociationDoesNotExist()
        return resource_id
    return validate_resource(self, resource_type, resource_id)


ssm_models.SimpleSystemManagerBackend._validate_resource_type_and_id = validate_resource_or_association

run_instances = instance_responses.InstanceResponse.run_instances
modify_instance_attribute = instances.InstanceBackend.modify_instance_attribute


def run_instances_with_protection(self):
    answer = run_instances(self)
    for instance in answer.result.instances:
        instance.disable_api_termination = self._get_bool_param("DisableApiTermination", False)
    return answer


def modify_instance_attribute_as_boolean(self, instance_id, key, value):
    if key == "disable_api_termination":
        value = str(value).lower() == "true"
    return modify_instance_attribute(self, instance_id, key, value)


instance_responses.InstanceResponse.run_instances = run_instances_with_protection
instances.InstanceBackend.modify_instance_attribute = modify_instance_attribute_as_boolean

def description_of_rule(self):
    return self.ip_range.get("Description") or (self.source_group or {}).get("Description")


security_groups.SecurityGroupRule.description = property(description_of_rule)

association_of = elastic_network_interfaces.NetworkInterface.association.fget


def association_of_a_public_address(self):
    return association_of(self) or None


elastic_network_interfaces.NetworkInterface.association = property(association_of_a_public_address)

terminate = instances.Instance.terminate


def terminate_and_let_go_of_interfaces(self):
    previous_state = terminate(self)
    # The ended instance is still described, with the interfaces that it had.
    for interface in self.nics.values():
        interface.instance = interface.attachment_id = interface.attach_time = None
        interface.status = "available"
    return previous_state


instances.Instance.terminate = terminate_and_let_go_of_interfaces

detach_volume = elastic_block_store.EBSBackend.detach_volume


def detach_volume_once(self, volume_id, instance_id, device_path):
    # A client on a slow machine asks a second time, and takes this answer for the end of the first.
    if self.get_volume(volume_id).attachment is None:
        raise EC2ClientError("IncorrectState", f"Volume '{volume_id}' is in the 'available' state.")
    return detach_volume(self, volume_id, instance_id, device_path)


elastic_block_store.EBSBackend.detach_volume = detach_volume_once


get_bool_param = route53.Route53._get_bool_param
get_hosted_zone = route53.Route53.get_hosted_zone


def private_when_a_vpc_is_given(self, name, default=None):
    if name == "HostedZoneConfig.PrivateZone" and self._get_param("VPC.VPCId"):
        return True
    return get_bool_param(self, name, default)


def get_hosted_zone_with_its_vpcs(self):
    answer = get_hosted_zone(self)
    vpcs = answer.result["VPCs"]
    if vpcs:
        answer.result["VPCs"] = [{"VPCId": v["vpc_id"], "VPCRegion": v["vpc_region"]} for v in vpcs]
    return answer


route53.Route53._get_bool_param = private_when_a_vpc_is_given
route53.Route53.get_hosted_zone = get_hosted_zone_with_its_vpcs


get_secret_value = secretsmanager.SecretsManagerBackend.get_secret_value


class AccessDenied(JsonRESTError):
    code = 400

    def __init__(self) -> None:
        super().__init__("AccessDeniedException", "User is not authorized to perform: secretsmanager:GetSecretValue")


def get_secret_value_unless_denied(self, secret_id, *args, **kwargs):
    path = pathlib.Path(options.denied or "/nonexistent")
    if path.exists() and any(name in secret_id for name in path.read_text().split()):
        raise AccessDenied()
    return get_secret_value(self, secret_id, *args, **kwargs)


secretsmanager.SecretsManagerBackend.get_secret_value = get_secret_value_unless_denied


class CallLog:
    """Writes each API call down, so that a test can ask in which order Terraform did things."""

    def __init__(self, application, path: str) -> None:
        self.application = application
        self.path = path
        self.lock = threading.Lock()

    def __call__(self, environ, start_response):
        request = Request(environ)
        body = request.get_data(cache=True)
        environ["wsgi.input"] = io.BytesIO(body)
        target = request.headers.get("X-Amz-Target")
        if target:
            service, action = target.split(".")[0], target.split(".")[-1]
            parameters = json.loads(body or b"{}")
        else:
            form = Request({**environ, "wsgi.input": io.BytesIO(body)}).form.to_dict()
            service, action, parameters = "", form.get("Action", ""), form
        if not action:
            service, action, parameters = "rest", f"{request.method} {request.path}", {}
        for secret in ("SecretString", "UserData"):
            parameters.pop(secret, None)
        line = json.dumps({"at": time.time(), "service": service, "action": action, "parameters": parameters})
        with self.lock, open(self.path, "a", encoding="utf-8") as log:
            log.write(line + "\n")
        return self.application(environ, start_response)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--calls")
    parser.add_argument("--node-runner")
    parser.add_argument("--denied")
    parser.parse_args(namespace=options)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = Refusals(DomainDispatcherApplication(create_backend_app))
    if options.calls:
        application = CallLog(application, options.calls)
    print(f"listening on {options.host}:{options.port}", flush=True)
    run_simple(options.host, options.port, application, threaded=True, request_handler=MotoRequestHandler)


if __name__ == "__main__":
    main()
