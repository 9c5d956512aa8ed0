"""Calls a stand-in for AWS through a gateway, as boto3 and the AWS CLI do.

    drive.py ENDPOINT GROUP...

Writes one line of JSON for each call it made: what was called, with which
parameters, and what came back. Every request carries a mark of its own in its
User-Agent, so that whoever saw it on its way can tell which line it belongs to.
Values that JSON does not have are {"$blob": base64} and {"$time": ISO 8601}.

Ends with 1 if a call went otherwise than its group says.
"""

import base64
import datetime
import importlib
import json
import os
import re
import subprocess
import sys
import traceback
import urllib.parse

import boto3
import botocore.config
import botocore.exceptions
import botocore.parsers
import botocore.session
from botocore import xform_name

REGION = "us-east-1"

# The groups are imported from here, and nothing is to be left here.
sys.dont_write_bytecode = True


def plain(value):
    """Turns what boto3 takes and gives into JSON's types."""
    if isinstance(value, (bytes, bytearray)):
        return {"$blob": base64.b64encode(value).decode()}
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            value = value.replace(tzinfo=datetime.timezone.utc)
        return {"$time": value.astimezone(datetime.timezone.utc).isoformat()}
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if hasattr(value, "read") or hasattr(value, "__next__"):
        return {"$blob": ""}
    return value


def speaking(protocol):
    """A session whose services have one protocol, for those that have several."""
    session = botocore.session.Session()
    loader = session.get_component("data_loader")
    load = loader.load_service_model

    def load_service_model(name, kind, *args, **kwargs):
        model = load(name, kind, *args, **kwargs)
        if kind == "service-2":
            model = {**model, "metadata": {**model["metadata"], "protocol": protocol, "protocols": [protocol]}}
        return model

    loader.load_service_model = load_service_model
    return session


class Unexpected(Exception):
    """A call went otherwise than its group says."""


class Driver:
    def __init__(self, endpoint, out):
        self.endpoint = endpoint
        self.out = out
        self.count = 0
        self.clients = {}
        self.credentials = {"aws_access_key_id": "AKIAMOTOTEST0000001", "aws_secret_access_key": "mototestsecretkey/0123456789abcdefghijkl"}

    def client(self, service, region, credentials, protocol, hosts):
        key = (service, region, credentials["aws_access_key_id"], protocol, hosts)
        if key not in self.clients:
            session = boto3.session.Session(botocore_session=speaking(protocol) if protocol else None)
            config = botocore.config.Config(
                region_name=region,
                retries={"total_max_attempts": 1},
                inject_host_prefix=hosts,
                s3={"addressing_style": "virtual" if hosts else "path"},
            )
            client = session.client(service, endpoint_url=None if hosts else self.endpoint, config=config, **credentials)
            client.meta.events.register("before-call", self.aim)
            client.meta.events.register("before-send", self.mark)
            self.clients[key] = client
        return self.clients[key]

    def aim(self, params, **_):
        """Sends every request to the endpoint. One for a host of AWS keeps that in its header."""
        url = urllib.parse.urlsplit(params["url"])
        to = urllib.parse.urlsplit(self.endpoint)
        if url.netloc.endswith(".amazonaws.com"):
            params["headers"]["Host"] = url.netloc
        params["url"] = url._replace(scheme=to.scheme, netloc=to.netloc).geturl()

    def mark(self, request, **_):
        if not request.url.startswith(self.endpoint + "/"):
            raise Unexpected(f"a request to {request.url}")
        agent = request.headers["User-Agent"]
        if isinstance(agent, bytes):
            agent = agent.decode()
        request.headers["User-Agent"] = f"{agent} moto/call-{self.name}"

    def write(self, **line):
        self.out.write(json.dumps(line) + "\n")
        self.out.flush()

    def call(self, service, operation, params=None, *, fails=None, data=False, hidden=(), shown=(), secrets=(), recorded=None, region=REGION, credentials=None, protocol=None, hosts=False, unreadable=False):
        """Makes one call and returns its output, or the error if it is to fail.

        fails is the code of the error that is to come. data tells that the call
        makes a data event. hidden and shown are members that the record hides
        though the model does not say so, or shows though it does; secrets are
        further texts that no record may have. recorded are members of
        requestParameters as the event has them, where the model does not tell
        how that is. hosts names the hosts of AWS in
        place of the endpoint. unreadable tells that the answer
        is nothing that the client can read, which says nothing of the request.
        """
        params = params or {}
        self.count += 1
        self.name = f"{self.group}-{self.count}"
        credentials = credentials or self.credentials
        client = self.client(service, region, credentials, protocol, hosts)
        line = {
            "mark": f"call-{self.name}",
            "client": "boto3",
            "service": service,
            "operation": operation,
            "parameters": plain(params),
            "data": data,
            "hidden": list(hidden),
            "shown": list(shown),
            "secrets": list(secrets),
            "recorded": recorded or {},
            "region": region,
            "keyId": credentials["aws_access_key_id"],
            "token": credentials.get("aws_session_token", ""),
        }
        code = ""
        try:
            output = getattr(client, xform_name(operation))(**params)
        except botocore.exceptions.ClientError as e:
            output = e.response
            code = e.response["Error"].get("Code", "")
            line["queryCode"] = e.response["Error"].get("QueryErrorCode", "")
            line["errorMessage"] = e.response["Error"].get("Message", "")
        except botocore.exceptions.ParamValidationError as e:
            raise Unexpected(f"{service}.{operation}: {e}") from None
        except botocore.parsers.ResponseParserError:
            if not unreadable:
                raise
            output = {}
        line["errorCode"] = code
        line["unreadable"] = unreadable
        metadata = output.get("ResponseMetadata", {})
        # moto's bodies of EC2 all have the same id; AWS has one id in both places.
        headers = metadata.get("HTTPHeaders", {})
        line["requestId"] = headers.get("x-amzn-requestid") or headers.get("x-amz-request-id") or metadata.get("RequestId", "")
        line["status"] = metadata.get("HTTPStatusCode", 0)
        if not code:
            line["output"] = plain({k: v for k, v in output.items() if k != "ResponseMetadata"})
        self.write(**line)
        if code != (fails or ""):
            raise Unexpected(f"{service}.{operation}: error {code!r} {line.get('errorMessage', '')}, expected {fails!r}")
        return output

    def cli(self, service, operation, params, *arguments, fails=None, hidden=(), secrets=()):
        """Makes one call with the AWS CLI; params is what the arguments say."""
        self.count += 1
        mark = f"call-{self.group}-{self.count}"
        command = [os.environ.get("CAIRN_AWS_CLI") or "aws", "--endpoint-url", self.endpoint, "--region", REGION, "--output", "json", *arguments]
        env = {
            **os.environ,
            "AWS_ACCESS_KEY_ID": self.credentials["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": self.credentials["aws_secret_access_key"],
            "AWS_EXECUTION_ENV": mark,
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_PAGER": "",
        }
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
        error = re.search(r"An error occurred \(([^)]*)\)", done.stderr)
        code = error.group(1) if error else ""
        self.write(
            mark=mark, client="aws", service=service, operation=operation, parameters=plain(params), data=False, hidden=list(hidden), shown=[], secrets=list(secrets),
            region=REGION, keyId=env["AWS_ACCESS_KEY_ID"], token="", errorCode=code, requestId="", status=0,
        )
        if code != (fails or "") or done.returncode != 0 and not code:
            raise Unexpected(f"aws {' '.join(arguments)}: {done.stderr.strip()}")


def main():
    driver = Driver(sys.argv[1], sys.stdout)
    bad = 0
    for group in sys.argv[2:]:
        module = importlib.import_module(group)
        for function in module.CALLS:
            driver.group = f"{group}-{function.__name__}"
            try:
                function(driver)
            except Exception:  # pylint: disable=broad-except
                bad += 1
                traceback.print_exc(limit=-1)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
