"""What a client can see: namespaces and tables of its grants, up to its grade. Everything else is not there."""

from pyiceberg.exceptions import NoSuchNamespaceError

from citybrain.hub.data.lake.catalog import catalog
from citybrain.hub.data.lake.door.domain.grants import NAMESPACE, NOUN, Rights
from citybrain.hub.data.lake.door.domain.spec import forbidden, unknown_namespace, unknown_table
from citybrain.hub.data.models import LakeClient, Resource
from citybrain.hub.data.queries.contracts import closed_to


def rights(client: LakeClient) -> Rights:
    """The client's grants."""
    return Rights.of(client.grants, client.grade)


def visible_namespaces(client: LakeClient) -> list[str]:
    """Namespaces of the grants that exist."""
    there = {name[0] for name in catalog().list_namespaces()}
    return [name for name in rights(client).namespaces() if name in there]


def require_namespace(client: LakeClient, namespace: str) -> str:
    """The namespace; 404 when it is none or none of the client's."""
    if NAMESPACE.fullmatch(namespace) is None or namespace not in visible_namespaces(client):
        raise unknown_namespace(namespace)
    return namespace


def visible_tables(client: LakeClient, namespace: str) -> list[str]:
    """Nouns of the tables the client may read in a namespace."""
    try:
        nouns = [identifier[-1] for identifier in catalog().list_tables(require_namespace(client, namespace))]
    except NoSuchNamespaceError as error:
        raise unknown_namespace(namespace) from error
    grades = dict(Resource.objects.filter(key__startswith=f"{namespace}.").values_list("key", "grade"))
    mine, closed = rights(client), closed_to(client.organisation)
    nouns = [noun for noun in nouns if f"{namespace}.{noun}" not in closed]
    return sorted(noun for noun in nouns if mine.may(namespace, noun, grades.get(f"{namespace}.{noun}")))


def require_table(client: LakeClient, namespace: str, noun: str, *, write: bool = False) -> Resource | None:
    """The resource that describes the table, if any. 404 when the client may not read it, 403 when it may only read."""
    if NAMESPACE.fullmatch(namespace) is None or NOUN.fullmatch(noun) is None:
        raise unknown_table(namespace, noun)
    resource = Resource.objects.filter(pk=f"{namespace}.{noun}").first()
    mine, grade = rights(client), resource.grade if resource else None
    if not mine.may(namespace, noun, grade) or f"{namespace}.{noun}" in closed_to(client.organisation):
        raise unknown_table(namespace, noun)
    if write and not mine.may(namespace, noun, grade, write=True):
        raise forbidden(f"this client may only read {namespace}.{noun}")
    return resource
