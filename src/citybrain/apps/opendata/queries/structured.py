"""schema.org descriptions for search engines: JSON-LD inside pages."""

from __future__ import annotations

from typing import Any

from citybrain.apps.opendata.domain.formats import FORMATS
from citybrain.apps.opendata.domain.vocabulary import LICENCES
from citybrain.apps.opendata.models import OpenDataset, Version
from citybrain.apps.opendata.queries.dcat import dataset_address, days_of, formats_of
from citybrain.kernel.text import Text, say

CATALOGUE = Text(zh="公共数据开放平台数据目录", en="Catalogue of the open data portal")
SHORTEST = 50


def described(base: str, row: OpenDataset, version: Version | None) -> dict[str, Any]:
    """A dataset as schema.org's Dataset."""
    known = LICENCES.get(row.licence)
    made: dict[str, Any] = {
        "@context": "https://schema.org/", "@type": "Dataset", "@id": dataset_address(base, row.slug),
        "name": say(row.title), "description": about(row, version),
        "url": dataset_address(base, row.slug), "identifier": row.slug, "keywords": row.keywords,
        "isAccessibleForFree": True, "inLanguage": ["zh", "en"],
        "creator": {"@type": "GovernmentOrganization", "name": say(row.provider_name)},
        "includedInDataCatalog": {"@type": "DataCatalog", "name": say(CATALOGUE), "url": f"{base}/opendata/catalog/"},
    }  # fmt: skip
    if known and known.address:
        made["license"] = known.address
    for name, moment in (("datePublished", row.published_at), ("dateModified", row.updated_at)):
        if moment:
            made[name] = moment.isoformat()
    if version is not None:
        made["version"] = str(version.number)
        if covered := days_of(version):
            made["temporalCoverage"] = "/".join(covered)
        made["variableMeasured"] = [say(c["title"]) for c in version.columns]
        made["distribution"] = [
            {"@type": "DataDownload", "encodingFormat": FORMATS[name].media,
             "contentUrl": f"{base}/opendata/datasets/{row.slug}/v{version.number}.{name}"}
            for name in formats_of(version)
        ]  # fmt: skip
    return made


def about(row: OpenDataset, version: Version | None) -> str:
    """The description of 50 to 5,000 characters that search engines ask for; a short one is followed by who and what."""
    words = say(row.summary) or say(row.title)
    if len(words) < SHORTEST:
        names = "、".join(say(c["title"]) for c in version.columns) if version else ""
        more = (say(row.title), say(row.provider_name), names, say(CATALOGUE))
        words = " · ".join(dict.fromkeys(w for w in (words, *more) if w))
    return words[:5000]
