"""Mends what would keep every service from being made, or would show less than AWS does, of counts in templates.

A count that comes from a parameter is a text. CloudFormation makes a number of it, since that is what a service has;
MiniStack hands it on, and stumbles when it counts. Once it hands on a number, every service of a stack fails here: then
this file can go.

And a count that is in the template goes along with every change of the service, also if it is the same as before: that
is how a release puts to sleep what is awake. MiniStack sends what has changed, and forgets the difference.
"""

from ministack.services.cloudformation import provisioners

handlers = provisioners._RESOURCE_HANDLERS["AWS::ECS::Service"]
create, update = handlers["create"], handlers["update"]


def counted(properties: dict) -> dict:
    written = properties.get("DesiredCount")
    if written is None:
        return properties
    if not isinstance(written, str):
        raise RuntimeError("MiniStack makes numbers of counts by itself: written_counts.py is no longer needed")
    return {**properties, "DesiredCount": int(written)}


def create_counted(logical_id, properties, *others):
    return create(logical_id, counted(properties), *others)


def update_counted(physical_id, before, properties, *others):
    rest = {name: value for name, value in before.items() if name != "DesiredCount"}
    return update(physical_id, rest, counted(properties), *others)


def mend() -> None:
    handlers.update(create=create_counted, update=update_counted)
