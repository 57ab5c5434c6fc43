"""Tells as JSON what there is on an implementation of AWS: `inventory.py URL [stack]`, by the clients of AWS for Python.

Of each kind that a deployment makes, the names; of the stack, its resources and outputs.
"""

import json
import sys

import boto3

KINDS = {
    "alarms": ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    "apis": ("apigateway", "get_rest_apis", "items", "name"),
    "buckets": ("s3", "list_buckets", "Buckets", "Name"),
    "dashboards": ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    "functions": ("lambda", "list_functions", "Functions", "FunctionName"),
    "keys": ("apigateway", "get_api_keys", "items", "id"),
    "logGroups": ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "queues": ("sqs", "list_queues", "QueueUrls", None),
    "roles": ("iam", "list_roles", "Roles", "RoleName"),
    "rules": ("events", "list_rules", "Rules", "Name"),
    "schedules": ("scheduler", "list_schedules", "Schedules", "Name"),
    "topics": ("sns", "list_topics", "Topics", "TopicArn"),
    "usagePlans": ("apigateway", "get_usage_plans", "items", "id"),
}


def client(service: str):
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="eu-central-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
    )


def names(service: str, operation: str, items: str, name: str | None) -> list[str]:
    asked = client(service)
    pages = (
        asked.get_paginator(operation).paginate()
        if asked.can_paginate(operation)
        else [getattr(asked, operation)()]
    )
    return sorted(item[name] if name else item for page in pages for item in page.get(items, []))


def stack(name: str) -> dict:
    formation = client("cloudformation")
    [described] = formation.describe_stacks(StackName=name)["Stacks"]
    resources = formation.get_paginator("list_stack_resources").paginate(StackName=name)
    return {
        "status": described["StackStatus"],
        "outputs": {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]},
        "resources": {
            resource["LogicalResourceId"]: {
                "type": resource["ResourceType"],
                "id": resource["PhysicalResourceId"],
                "status": resource["ResourceStatus"],
            }
            for page in resources
            for resource in page["StackResourceSummaries"]
        },
    }


url, *stacks = sys.argv[1:]
json.dump(stack(*stacks) if stacks else {kind: names(*how) for kind, how in KINDS.items()}, sys.stdout)
