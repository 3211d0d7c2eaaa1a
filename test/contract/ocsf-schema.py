"""Judges OCSF events by the published schema of the version that each names.

One event a line on standard input; for each, one line on standard output: a list of what is wrong with it. The schema is
OCSF's own, as the package ocsf-json-schema carries it; jsonschema judges by it. JSON Schema cannot say that the text beside
a number is the caption of that number, that a type is made of class and activity, or that an attribute is on its way out:
that is looked up in the same schema.
"""

import functools
import json
import sys

from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema


@functools.cache
def published(version):
    """The schema of a version, and what makes JSON Schema of it."""
    raw = get_ocsf_schema(version=version)
    return raw, OcsfJsonSchemaEmbedded(raw)


@functools.cache
def validator(version, name, profiles):
    schema = published(version)[1].get_class_schema(class_name=name, profiles=list(profiles))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def captions(raw, attributes, value, path):
    """Numbers whose text is another than their caption, and attributes that are deprecated; at any depth."""
    for name, held in value.items():
        attribute = attributes.get(name, {})
        if "@deprecated" in attribute:
            yield f"{path}{name} is deprecated"
        caption = attribute.get("enum", {}).get(str(held), {}).get("caption")
        sibling = attribute.get("sibling")
        # 99 is "Other": its text is the source's own.
        if caption and held != 99 and sibling in value and value[sibling] != caption:
            yield f"{path}{sibling} is {value[sibling]!r} beside {name} {held}, which is {caption!r}"
        inner = raw["objects"].get(attribute.get("object_type"), {}).get("attributes", {})
        for each in held if isinstance(held, list) else [held]:
            if isinstance(each, dict):
                yield from captions(raw, inner, each, f"{path}{name}.")


def problems(event):
    version = event["metadata"]["version"]
    raw, schema = published(version)
    name = schema.lookup_class_name_from_uid(class_uid=event["class_uid"])
    profiles = tuple(event["metadata"].get("profiles", []))
    for error in validator(version, name, profiles).iter_errors(event):
        yield f"{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}"
    yield from captions(raw, raw["classes"][name]["attributes"], event, "")
    if event["type_uid"] != event["class_uid"] * 100 + event["activity_id"]:
        yield f"type_uid {event['type_uid']} is not of class {event['class_uid']}, activity {event['activity_id']}"


for line in sys.stdin:
    print(json.dumps(list(problems(json.loads(line)))), flush=True)
