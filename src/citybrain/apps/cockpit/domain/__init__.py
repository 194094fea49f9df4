"""Pure rules of boards: what a board may say and whether its cards fit the wall."""
