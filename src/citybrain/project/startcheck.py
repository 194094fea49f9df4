"""What makes a start impossible: production with demo secrets, or without the keys a city has to own.

Pure: takes the environment, returns sentences. Used by the launcher, which says
them politely, and by the settings, without which no process of ours can start.
"""

from collections.abc import Mapping

DEMO_SECRET = "demo-secret-never-for-production"  # noqa: S105 - the value that production refuses
DEMO_OIDC_SECRET = "demo-client-secret"  # noqa: S105 - likewise
SHORTEST = 50


def refusals(env: Mapping[str, str]) -> list[str]:
    """Reasons why these settings must not serve; empty in demo mode."""
    if env.get("CITYBRAIN_MODE", "demo") != "production":
        return []
    found = []
    secret = env.get("CITYBRAIN_SECRET_KEY", "")
    if not secret or secret == DEMO_SECRET or "demo" in secret.lower():
        found.append("production needs its own CITYBRAIN_SECRET_KEY (the demo value is public).")
    elif len(secret) < SHORTEST:
        found.append(f"CITYBRAIN_SECRET_KEY is shorter than {SHORTEST} characters.")
    if not env.get("CITYBRAIN_KEYS_FILE") and not env.get("CITYBRAIN_KEYSTORE"):
        found.append(
            "production needs CITYBRAIN_KEYS_FILE or CITYBRAIN_KEYSTORE: where the city's own keys are kept."
        )
    if (
        env.get("CITYBRAIN_OIDC_URL")
        and env.get("CITYBRAIN_OIDC_CLIENT_SECRET", DEMO_OIDC_SECRET) == DEMO_OIDC_SECRET
    ):
        found.append(
            "real-name sign-in needs its own CITYBRAIN_OIDC_CLIENT_SECRET (the demo value is public)."
        )
    if not env.get("CITYBRAIN_ALLOWED_HOSTS"):
        found.append("production needs CITYBRAIN_ALLOWED_HOSTS: the names people type into the browser.")
    return found
