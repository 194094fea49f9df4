"""Tables of the sharing room."""

from citybrain.apps.sharing.models.data_request import DataRequest, ObjectionCase, QualityWork

__all__ = ["DataRequest", "ObjectionCase", "QualityWork"]
