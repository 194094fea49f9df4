"""How well it goes, against which target, warned when."""
