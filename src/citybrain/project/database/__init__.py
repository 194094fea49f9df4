"""Django's PostgreSQL backend, made cheaper for a server that asks the same statements again and again."""
