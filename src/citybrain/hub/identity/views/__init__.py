"""Pages of the identity room: parse, call, render."""
