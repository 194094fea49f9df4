"""Pure rules of identity: identifiers, scopes, expansion of the directory. Free of Django."""
