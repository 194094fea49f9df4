"""Pure rules of the registers: model SQL, order, tests, survivorship, matching, blocks of a file. No Django."""
