"""schema.org descriptions for search engines: JSON-LD inside pages."""

from __future__ import annotations

from typing import Any

from citybrain.apps.opendata.domain.formats import FORMATS
from citybrain.apps.opendata.domain.vocabulary import LICENCES
from citybrain.apps.opendata.models import OpenDataset, Version
from citybrain.apps.opendata.queries.dcat import dataset_address, formats_of
from citybrain.kernel.text import say


def described(base: str, row: OpenDataset, version: Version | None) -> dict[str, Any]:
    """A dataset as schema.org's Dataset."""
    known = LICENCES.get(row.licence)
    made: dict[str, Any] = {
        "@context": "https://schema.org/", "@type": "Dataset", "@id": dataset_address(base, row.slug),
        "name": say(row.title), "description": (say(row.summary) or say(row.title)).ljust(50, "。")[:5000],
        "url": dataset_address(base, row.slug), "identifier": row.slug, "keywords": row.keywords,
        "isAccessibleForFree": True, "inLanguage": ["zh", "en"],
        "creator": {"@type": "GovernmentOrganization", "name": say(row.provider_name)},
        "includedInDataCatalog": {"@type": "DataCatalog", "url": f"{base}/opendata/"},
    }  # fmt: skip
    if known and known.address:
        made["license"] = known.address
    for name, moment in (("datePublished", row.published_at), ("dateModified", row.updated_at)):
        if moment:
            made[name] = moment.isoformat()
    if version is not None:
        made["version"] = str(version.number)
        made["variableMeasured"] = [say(c["title"]) for c in version.columns]
        made["distribution"] = [
            {"@type": "DataDownload", "encodingFormat": FORMATS[name].media,
             "contentUrl": f"{base}/opendata/datasets/{row.slug}/v{version.number}.{name}"}
            for name in formats_of(version)
        ]  # fmt: skip
    return made
