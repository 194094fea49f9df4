"""Reads of the cockpit: boards, figures of other rooms, the prepared picture."""
