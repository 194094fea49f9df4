"""Real processes, really killed, during load: nothing acknowledged is lost, nothing happens twice."""
