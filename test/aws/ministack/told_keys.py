"""Mends what would keep every call from getting through: a function is not told whose key the gateway has accepted.

MiniStack checks the key like AWS, and leaves `requestContext.identity.apiKeyId` out of the event; to a function behind
a method with keys, that is a call of nobody. Once MiniStack tells the id, every call fails here: then this file can go.
"""

from ministack.services import apigateway_v1 as gateway

build_event = gateway._build_lambda_event_v1


def build_event_with_key(api_id, stage_name, stage, resource, path, method, headers, *others, **options):
    event = build_event(api_id, stage_name, stage, resource, path, method, headers, *others, **options)
    identity = event["requestContext"]["identity"]
    if "apiKeyId" in identity:
        raise RuntimeError("MiniStack tells the id of the key by itself: told_keys.py is no longer needed")
    key = gateway._resolve_api_key(gateway._api_key_from_request(headers))
    if key:
        identity["apiKeyId"] = key["id"]
    return event


def mend() -> None:
    gateway._build_lambda_event_v1 = build_event_with_key
