"""A stand-in for the provincial real-name identity platform: an OpenID Connect provider for demos and tests.

Runs as its own process (``python -m citybrain.connectors.identity_simulator --port 8002``), binds to loopback, keeps
everything in memory, knows only synthetic people from demo packs. Checks nobody's real identity, and says so on
its page; production refuses to use it by using its own issuer address and client secret.
"""
