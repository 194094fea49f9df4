"""Pure rules of packs: strict YAML, folder limits, manifest, order, grades. No Django, no database."""
