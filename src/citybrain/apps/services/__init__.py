"""一网通办: citizen portal, comprehensive windows, approvers' bench."""
