"""Each thing being done: by whom, by when."""
