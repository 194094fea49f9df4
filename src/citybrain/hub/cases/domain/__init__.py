"""Pure rules of cases: machines, lights, numbers, diagrams. No Django, no database."""
