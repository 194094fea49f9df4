"""The one place that sees everything: settings, root urls, processes, command line."""
