"""The door of identity: who is asking, for which unit, by what right. Re-exports only.

Shapes are the frozen records of ``data``. Errors: ``NotAllowed`` (403, audited), ``NotFound`` (404, also for
what the actor may not know of), ``Invalid`` (422), ``TooMany`` (429).
"""

from .actions.accounts import create_account, disable_account, end_post, propose_post
from .actions.delegations import grant_delegation, revoke_delegation
from .actions.people import register_legal_person, register_person
from .actions.roles import register_role_permissions
from .actions.signing import (
    begin_demo_keys,
    retire_signing_key,
    rotate_signing_key,
    sign,
    signing_key,
    verify_signature,
)
from .actions.stand_in import stand_in, stand_in_citizen, stand_in_legal_person
from .data import (
    ALL,
    AccountClosed,
    DelegationEnded,
    DelegationGranted,
    LegalPersonRecord,
    OrganisationRecord,
    PersonRecord,
    PostEnded,
    PostHeld,
    PostRecord,
    Prefill,
    RoleRecord,
    Scope,
    Signature,
    SigningKeyRecord,
    Subject,
)
from .domain.documents import unit_codes
from .domain.identifiers import IdProblem, check_citizen_number, check_uscc
from .queries.actor import actor_for, actor_of
from .queries.assurance import LEVELS as ASSURANCE_LEVELS
from .queries.assurance import assurance, reaches, require_assurance
from .queries.demo import demo_accounts, demo_actor
from .queries.directory import (
    counterpart,
    current_successor,
    directory,
    organisation,
    organisations,
    post,
    posts_of,
    search_organisations,
)
from .queries.matter_choices import offer_matters
from .queries.people import (
    applicant_at_window,
    legal_person,
    legal_person_by_uscc,
    legal_person_subject,
    person,
    person_by_number,
    person_subject,
    prefill,
    represents,
    subject_of,
    subject_with_facts,
)
from .queries.provider import check_config
from .queries.rights import (
    account_names,
    holders_of_post,
    keep_refusal,
    may,
    persons_holding,
    require,
    scope,
    scope_q,
)

__all__ = [
    "ALL",
    "ASSURANCE_LEVELS",
    "AccountClosed",
    "DelegationEnded",
    "DelegationGranted",
    "IdProblem",
    "LegalPersonRecord",
    "OrganisationRecord",
    "PersonRecord",
    "PostEnded",
    "PostHeld",
    "PostRecord",
    "Prefill",
    "RoleRecord",
    "Scope",
    "Signature",
    "SigningKeyRecord",
    "Subject",
    "account_names",
    "actor_for",
    "actor_of",
    "applicant_at_window",
    "assurance",
    "begin_demo_keys",
    "check_citizen_number",
    "check_config",
    "check_uscc",
    "counterpart",
    "create_account",
    "current_successor",
    "demo_accounts",
    "demo_actor",
    "directory",
    "disable_account",
    "end_post",
    "grant_delegation",
    "holders_of_post",
    "keep_refusal",
    "legal_person",
    "legal_person_by_uscc",
    "legal_person_subject",
    "may",
    "offer_matters",
    "organisation",
    "organisations",
    "person",
    "person_by_number",
    "person_subject",
    "persons_holding",
    "post",
    "posts_of",
    "prefill",
    "propose_post",
    "reaches",
    "register_legal_person",
    "register_person",
    "register_role_permissions",
    "represents",
    "require",
    "require_assurance",
    "retire_signing_key",
    "revoke_delegation",
    "rotate_signing_key",
    "scope",
    "scope_q",
    "search_organisations",
    "sign",
    "signing_key",
    "stand_in",
    "stand_in_citizen",
    "stand_in_legal_person",
    "subject_of",
    "subject_with_facts",
    "unit_codes",
    "verify_signature",
]
