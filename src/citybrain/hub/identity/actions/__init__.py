"""Writes of the identity room: a verb each, keyword-only, atomic, ``by=`` the actor, audit inside."""
