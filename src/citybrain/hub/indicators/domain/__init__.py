"""Pure rules of indicators: periods, formula, lights, hysteresis. No Django."""
