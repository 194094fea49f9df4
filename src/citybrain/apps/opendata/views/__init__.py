"""Pages and machine interfaces of open data."""
