"""Mends what would keep a stack from being made: attributes that a resource has, and MiniStack does not tell.

Once it tells one, everything that has it fails here: then its line can go.
"""

from ministack.services.cloudformation import provisioners

TOLD = {
    "AWS::EC2::VPC": {"CidrBlock": lambda properties: properties["CidrBlock"]},
}


def told(kind: str, properties: dict, made: tuple) -> tuple:
    physical_id, attributes = made
    for name, tell in TOLD[kind].items():
        if name in attributes:
            raise RuntimeError(f"MiniStack tells {kind}.{name} by itself: known_attributes.py need not")
        attributes[name] = tell(properties)
    return physical_id, attributes


def telling(kind: str, handlers: dict) -> dict:
    create, update = handlers["create"], handlers["update"]

    def create_telling(logical_id, properties, *others):
        return told(kind, properties, create(logical_id, properties, *others))

    def update_telling(physical_id, before, properties, *others):
        return told(kind, properties, update(physical_id, before, properties, *others))

    return {**handlers, "create": create_telling, "update": update_telling}


def mend() -> None:
    for kind in TOLD:
        provisioners._RESOURCE_HANDLERS[kind] = telling(kind, provisioners._RESOURCE_HANDLERS[kind])
