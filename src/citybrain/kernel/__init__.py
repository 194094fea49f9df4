"""Words everybody speaks: ids, clock and working days, actor, events, audit, crypto, errors. Knows no room."""
