"""Reads of cases. Private: other rooms come through the door and its guarded accessor."""
