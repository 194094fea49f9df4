"""Pure rules of messages: wording and retries."""
