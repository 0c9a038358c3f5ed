"""The OpenAPI schema of what needs a key, and the same prepared for a page of our own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")
PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
                "required": ["pointer", "detail"],
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
}
ERRORS = {
    "400": "The request is malformed.",
    "401": "No key, or one that is not valid.",
    "403": "The key may not do this.",
    "404": "There is nothing here.",
    "405": "This cannot be done here.",
    "406": "Only JSON is answered.",
    "409": "Its status no longer allows this.",
    "415": "Send JSON.",
    "422": "Some fields are not right; each is pointed at.",
    "429": "Too many requests; `Retry-After` says when to go on.",
}


def only_keyed(endpoints: list, **kwargs) -> list:
    """Leave only what is ours, below /api/ (drf-spectacular's hook)."""
    return [each for each in endpoints if each[0].startswith("/api/v1/") and "openapi" not in each[0]]


def complete(result: dict, generator, request, public) -> dict:
    """Name the errors every endpoint may answer, and refuse fields that are not there (drf-spectacular's hook)."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operation in _operations(result):
        for status, description in ERRORS.items():
            operation["responses"].setdefault(status, {"description": description, "content": content})
    for name, schema in result["components"]["schemas"].items():
        if name.endswith("Request") and schema.get("type") == "object":
            schema["additionalProperties"] = False
    return result


def _operations(schema: Mapping) -> Iterator[dict]:
    for path in schema.get("paths", {}).values():
        for method in METHODS:
            if method in path:
                yield path[method]


def whole_schema() -> dict:
    """Return the schema in English, the language of its names."""
    with translation.override("en"):
        return SchemaGenerator().get_schema(request=None, public=True)


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a body, or one parameter."""

    name: str
    kind: str
    needed: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint as the page shows it."""

    method: str
    path: str
    title: str
    text: str
    parameters: list[Part] = field(default_factory=list)
    body: list[Part] = field(default_factory=list)
    answer: list[Part] = field(default_factory=list)


def pages_of(schema: Mapping) -> list[tuple[str, list[Endpoint]]]:
    """Return the endpoints by group, in the order of the schema."""
    groups: dict[str, list[Endpoint]] = {}
    for path, methods in schema["paths"].items():
        for method in METHODS:
            if method in methods:
                operation = methods[method]
                tag = next(iter(operation.get("tags", ())), "")
                groups.setdefault(tag, []).append(_endpoint(schema, path, method, operation))
    return list(groups.items())


def _endpoint(schema: Mapping, path: str, method: str, operation: Mapping) -> Endpoint:
    title, _sep, text = operation.get("description", "").partition("\n")
    parameters = [
        Part(
            each["name"],
            _kind(schema, each["schema"]) if each["in"] != "header" else "header",
            bool(each.get("required")),
            each.get("description", ""),
        )
        for each in operation.get("parameters", ())
    ]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    answers = [value for status, value in operation["responses"].items() if status.startswith("2")]
    answer = answers[0].get("content", {}).get("application/json", {}).get("schema") if answers else None
    return Endpoint(
        method.upper(),
        path,
        title,
        text.strip(),
        parameters,
        list(_parts(schema, body)) if body else [],
        list(_parts(schema, answer)) if answer else [],
    )


def _resolved(schema: Mapping, part: Mapping) -> Mapping:
    """Follow references, also those wrapped to be described or to be null."""
    while True:
        inner = part.get("allOf") or part.get("oneOf")
        if "$ref" in part:
            part = schema["components"]["schemas"][part["$ref"].rsplit("/", 1)[-1]]
        elif inner:
            part = inner[0]
        else:
            return part


def _kind(schema: Mapping, part: Mapping) -> str:
    """Return what a value is, in a word or two."""
    whole = _resolved(schema, part)
    if whole.get("type") == "array":
        return f"list of {_kind(schema, whole['items'])}"
    if "enum" in whole:
        return " | ".join(str(value) for value in whole["enum"] if value)
    kind = whole.get("format") or whole.get("type", "object")
    return f"{kind} or null" if part.get("nullable") or whole.get("nullable") else str(kind)


def _parts(schema: Mapping, part: Mapping, path: str = "", depth: int = 0) -> Iterator[Part]:
    """Yield the fields of an object, those of nested ones below it."""
    whole = _resolved(schema, part)
    if whole.get("type") == "array":
        whole = _resolved(schema, whole["items"])
    required = set(whole.get("required", ()))
    for name, inner in whole.get("properties", {}).items():
        here = f"{path}{name}"
        yield Part(here, _kind(schema, inner), name in required, inner.get("description", ""))
        deep = _resolved(schema, inner)
        nested = _resolved(schema, deep["items"]) if deep.get("type") == "array" else deep
        if nested.get("properties") and depth < 3:
            yield from _parts(schema, nested, f"{here}.", depth + 1)
