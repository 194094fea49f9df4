"""Scenarios that measure the product as it is served; each prints its ratio to a limit measured in the same run."""
