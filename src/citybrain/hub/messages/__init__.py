"""Who has to hear of it, on which channel, with proof."""
