"""Registers: modelled layers, matching of people and firms, their files (一人一档, 一企一档)."""
