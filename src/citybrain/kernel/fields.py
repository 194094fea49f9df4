"""Columns for personal data: encrypted at rest, looked up by a blind index.

Refuses range queries and LIKE on ciphertext: filter on the BlindIndexField beside it.
"""

import json
from typing import Any

from django.core.exceptions import FieldError
from django.db import models

from citybrain.kernel.crypto import blind_index, decrypt_text, encrypt_text


class EncryptedTextField(models.BinaryField):
    """Text stored as an SM4-GCM envelope (bytea). "" and None are stored as they mean: empty and NULL."""

    description = "encrypted text"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or isinstance(value, bytes | memoryview):
            return super().get_db_prep_value(value, connection, prepared)
        return super().get_db_prep_value(self._seal(value), connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else self._open(bytes(value))

    def to_python(self, value: Any) -> Any:
        return value

    def get_default(self) -> Any:
        if not self.has_default():
            return None if self.null else self._nothing()
        return self.default() if callable(self.default) else self.default

    def value_to_string(self, obj: Any) -> str:
        return self.value_from_object(obj)

    def _check_str_default_value(self) -> list[Any]:
        return []  # the default is text: it is sealed like any value

    def get_lookup(self, name: str) -> Any:
        if name != "isnull":
            raise FieldError(f"{self.name} is encrypted: look it up by its blind index")
        return super().get_lookup(name)

    @staticmethod
    def _nothing() -> Any:
        return ""

    @staticmethod
    def _seal(value: Any) -> bytes:
        return encrypt_text(str(value)) if value != "" else b""

    @staticmethod
    def _open(raw: bytes) -> Any:
        return decrypt_text(raw) if raw else ""


class EncryptedJSONField(EncryptedTextField):
    """A JSON value stored as an envelope."""

    description = "encrypted JSON"

    @staticmethod
    def _nothing() -> Any:
        return {}

    @staticmethod
    def _seal(value: Any) -> bytes:
        return encrypt_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    @staticmethod
    def _open(raw: bytes) -> Any:
        return json.loads(decrypt_text(raw)) if raw else {}


class BlindIndexField(models.CharField):
    """Fingerprint of another column of the same row, kept up to date on save; filter with the plain value.

    ``id_number_index = BlindIndexField(source="id_number")`` … ``filter(id_number_index="3509…")``. bulk_create
    fills it too; ``QuerySet.update`` does not, so do not update the source that way.
    """

    description = "blind index"

    def __init__(self, *args: Any, source: str = "", **kwargs: Any) -> None:
        self.source = source
        kwargs.setdefault("max_length", 32)
        kwargs.setdefault("db_index", True)
        kwargs.setdefault("editable", False)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "source": self.source}

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        value = Fingerprint(blind_index(getattr(model_instance, self.source) or ""))
        setattr(model_instance, self.attname, value)
        return value

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if value is None or isinstance(value, Fingerprint) or value == "":
            return value
        return blind_index(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else Fingerprint(value)


class Fingerprint(str):
    """A blind index already computed."""

    __slots__ = ()
