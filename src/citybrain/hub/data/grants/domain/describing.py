"""The description of a resource's interfaces as OpenAPI 3.1, generated from its items. Pure data."""

from typing import Any

from citybrain.hub.data.data import ItemRecord, ResourceRecord

TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": ["string", "null"]},
    "integer": {"type": ["integer", "null"]},
    "number": {"type": ["string", "null"], "format": "decimal", "description": "exact decimal number"},
    "real": {"type": ["number", "null"]},
    "bool": {"type": ["boolean", "null"]},
    "date": {"type": ["string", "null"], "format": "date"},
    "datetime": {"type": ["string", "null"], "format": "date-time"},
}
HEADERS = {
    "Key": "id of the application's key",
    "Timestamp": "seconds since 1970, at most five minutes off",
    "Nonce": "16 to 64 letters, digits, - or _; never used before with this key",
    "Grant": "id of the grant",
    "Purpose": "the grant's purpose, such as matter:food-licence-new",
    "Signature": "hex HMAC-SM3; see the description",
}
HOW = """Every call is signed. Signing key: HMAC-SM3(secret, "citybrain-share-v1:" + key id). Signature: hex
HMAC-SM3(signing key, text) where text is these eight lines joined by line feeds: SHARE-HMAC-SM3, the method, the path with
its query string, the timestamp, the nonce, the grant, the purpose, the hex SM3 digest of the body."""
USE = {
    "enum": ["", "adverse_decision"],
    "description": "adverse_decision: an adverse automatic decision will rest on the answer alone. Records under objection are "
    "withheld then, and their verification is refused with 409 under_objection.",
}
CODES = {
    "400": "unreadable", "401": "not signed by a good key, too old, or made before", "403": "the grant does not allow it",
    "404": "no such grant of yours", "409": "the resource has no record key, or the record is under objection", "413": "too large",
    "422": "a member is wrong; problems name it", "429": "quota or rate; see Retry-After", "503": "try again later",
}  # fmt: skip


def openapi(resource: ResourceRecord, server: str) -> dict[str, Any]:
    """The whole description."""
    base = f"/data/share/v1/{resource.key}"
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{resource.title.zh} ({resource.key})",
            "version": str(resource.version),
            "description": f"{resource.description.zh}\n\n{HOW}".strip(),
        },
        "servers": [{"url": server}],
        "security": [{"signed": []}],
        "paths": {
            f"{base}/rows": {
                "get": reading_get(),
                "post": operation("rows", "a page of rows", "Question", "Page"),
            },
            f"{base}/batch": {
                "post": operation(
                    "batch", "up to 500 records by their keys; up to 10,000 as a job", "Batch", "Records"
                )
            },
            "/data/share/v1/batches/{batch}": {
                "get": fetching("batchState", "how far a batch is", "State", "batch")
            },
            "/data/share/v1/batches/{batch}/parts/{part}": {
                "get": fetching("batchPart", "a part of a batch that is done", "Records", "batch", "part")
            },
            f"{base}/verify": {"post": operation("verify", "yes, or which items differ", "Claim", "Answer")},
        },
        "components": {
            "securitySchemes": {
                "signed": {"type": "apiKey", "in": "header", "name": "X-Share-Key", "description": HOW}
            },
            "parameters": {name: header(name, text) for name, text in HEADERS.items()},
            "responses": {"Refusal": {"description": "refused", "content": content("Error")}},
            "schemas": schemas(resource.items),
        },
    }


def header(name: str, text: str) -> dict[str, Any]:
    """One header of a signed call."""
    return {
        "name": f"X-Share-{name}",
        "in": "header",
        "required": True,
        "description": text,
        "schema": {"type": "string"},
    }


def content(schema: str) -> dict[str, Any]:
    """JSON of a schema."""
    return {"application/json": {"schema": ref(schema)}}


def ref(schema: str) -> dict[str, str]:
    """A reference to a schema."""
    return {"$ref": f"#/components/schemas/{schema}"}


def answers(schema: str) -> dict[str, Any]:
    """Answers of an operation."""
    refused = {code: {"description": text, "content": content("Error")} for code, text in CODES.items()}
    return {"200": {"description": "the answer", "content": content(schema)}, **refused}


def signed() -> list[dict[str, str]]:
    """References to the headers."""
    return [{"$ref": f"#/components/parameters/{name}"} for name in HEADERS]


def operation(name: str, summary: str, asked: str, answer: str) -> dict[str, Any]:
    """A POST."""
    later = (
        {"202": {"description": "a job was begun", "content": content("State")}} if name == "batch" else {}
    )
    return {
        "operationId": name, "summary": summary, "parameters": signed(),
        "requestBody": {"required": True, "content": content(asked)}, "responses": answers(answer) | later,
    }  # fmt: skip


def reading_get() -> dict[str, Any]:
    """The GET of rows: the same question in the query string."""
    query = {
        "items": "names joined by commas",
        "filters": "filters as JSON",
        "limit": "1 to 1000",
        "use": "adverse_decision when one will rest on the rows alone",
        "after": "cursor",
    }
    named = [
        {"name": n, "in": "query", "required": False, "description": text, "schema": {"type": "string"}}
        for n, text in query.items()
    ]
    return {
        "operationId": "readRows",
        "summary": "a page of rows",
        "parameters": [*signed(), *named],
        "responses": answers("Page"),
    }


def fetching(name: str, summary: str, answer: str, *places: str) -> dict[str, Any]:
    """A GET of something by its place in the address."""
    named = [{"name": n, "in": "path", "required": True, "schema": {"type": "string"}} for n in places]
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [*signed(), *named],
        "responses": answers(answer),
    }


def item_schema(item: ItemRecord) -> dict[str, Any]:
    """One item, with its name in both languages."""
    made = {"title": item.title.zh, **TYPES.get(item.type, TYPES["text"])}
    if item.personal and "string" not in made["type"]:
        made["type"] = [*made["type"], "string"]  # masked
    if item.title.en:
        made["description"] = item.title.en
    return made


def schemas(items: tuple[ItemRecord, ...]) -> dict[str, Any]:
    """Everything that is sent and answered. A grant gives some of the items; a masked one is text."""
    names = {"type": "array", "items": {"enum": [item.name for item in items]}}
    row = {
        "type": "object",
        "properties": {
            **{item.name: item_schema(item) for item in items},
            "_under_objection": {"const": True},
        },
        "additionalProperties": False,
    }
    filters = {
        "type": "object", "required": ["item", "op"], "additionalProperties": False,
        "properties": {
            "item": names["items"], "value": {},
            "op": {"enum": ["=", "!=", "<", "<=", ">", ">=", "in", "starts_with", "empty"]},
        },
    }  # fmt: skip
    return {
        "Row": row,
        "Filter": filters,
        "Question": closed(
            items=names, filters={"type": "array", "maxItems": 20, "items": ref("Filter")},
            limit={"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}, after={"type": "string"}, use=USE,
        ),
        "Page": open_(
            rows={"type": "array", "items": ref("Row")}, next={"type": ["string", "null"]},
            under_objection={"type": "integer"}, withheld={"type": "integer"},
        ),
        "Batch": closed(items=names, records={"type": "array", "minItems": 1, "maxItems": 10_000, "items": {"type": "string"}}, use=USE),
        "Records": open_(
            results={
                "type": "array",
                "items": open_(record={"type": "string"}, rows={"type": "array", "items": ref("Row")}),
            },
            complete={"type": "boolean"},
        ),
        "State": open_(
            batch={"type": "string", "format": "uuid"}, state={"enum": ["queued", "done", "failed"]}, records={"type": "integer"},
            parts={"type": "integer"}, rows={"type": ["integer", "null"]}, withheld={"type": ["integer", "null"]},
            error={"type": ["string", "null"]}, kept_until={"type": "string", "format": "date-time"},
        ),
        "Claim": {**closed(record={"type": "string"}, items={"type": "object", "minProperties": 1}, use=USE), "required": ["record", "items"]},
        "Answer": open_(
            same={"type": "boolean"}, differs={"type": "array", "items": {"type": "string"}},
            under_objection={"type": "boolean"}, may_decide_against={"type": "boolean"},
        ),
        "Error": open_(error=open_(
            code={"type": "string"}, message={"type": "string"}, safe={"type": "string"}, todo={"type": "string"},
            problems={"type": "array", "items": open_(path={"type": "string"}, code={"type": "string"}, message={"type": "string"})},
        )),
    }  # fmt: skip


def closed(**members: Any) -> dict[str, Any]:
    """An object with these members and no others."""
    return {"type": "object", "properties": members, "additionalProperties": False}


def open_(**members: Any) -> dict[str, Any]:
    """An object that may gain members."""
    return {"type": "object", "properties": members}
