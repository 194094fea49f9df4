"""Django's one-time notices under another label: the word ``messages`` belongs to our room."""

from django.contrib.messages.apps import MessagesConfig


class FlashConfig(MessagesConfig):
    label = "flash"
