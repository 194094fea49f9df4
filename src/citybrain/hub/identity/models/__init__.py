"""Models of the identity room, one noun a file."""

from .account import Account, PostHolding, SignIn
from .directory import DirectoryVersion
from .organisation import Organisation, OrganisationEdge, Post, PostRole, Role
from .person import Delegation, LegalPerson, Person, Representation
from .signing_key import SigningKey

__all__ = [
    "Account",
    "Delegation",
    "DirectoryVersion",
    "LegalPerson",
    "Organisation",
    "OrganisationEdge",
    "Person",
    "Post",
    "PostHolding",
    "PostRole",
    "Representation",
    "Role",
    "SignIn",
    "SigningKey",
]
