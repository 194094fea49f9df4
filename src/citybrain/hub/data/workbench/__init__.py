"""The SQL workbench: one SELECT over tables the asker may read, masked, bounded, logged."""
