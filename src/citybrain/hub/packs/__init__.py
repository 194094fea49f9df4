"""Scenario packs: discovery, check, plan, install, uninstall, journeys. Runs no code from a pack."""
