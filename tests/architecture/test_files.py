"""The tree itself: no half-finished marks, no registry addresses, no inline scripts, sizes that can be read."""

import re

import pytest

from citybrain.project import translations

from .tree import ROOT, SRC, text_of, tracked

REGISTRY = re.compile(
    "|".join(["python" + "hosted", r"registry\.npm" + "js", "/sim" + "ple/", '"reso' + 'lved":'])
)
UNFINISHED = re.compile(r"\b(TO" + "DO|FIX" + "ME|XX" + r"X)\b|coming " + "soon|敬请" + "期待")
QUALITY = "quality.yaml"  # its vocabulary is done | todo | exempt
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)|<style\b|\sstyle=|\son[a-z]+=\"", re.I
)
LONGEST_PYTHON, LONGEST_TEST = 420, 700


def sources(*suffixes):
    return [p for p in tracked() if p.suffix in suffixes]


def test_no_file_records_a_registry_address():
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix != ".md" and (text := text_of(path)) is not None and REGISTRY.search(text)
    ]
    assert not found, found


def test_nothing_is_left_unfinished():
    found = []
    for path in tracked():
        if path.name == QUALITY or path.suffix in {".lock", ".json", ".geojson", ".svg"}:
            continue
        for number, line in enumerate((text_of(path) or "").splitlines(), 1):
            if UNFINISHED.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert not found, "\n".join(found)


def test_files_can_be_read_in_one_sitting():
    found = []
    for path in sources(".py"):
        if "migrations" in path.parts:
            continue
        longest = LONGEST_TEST if "tests" in path.parts else LONGEST_PYTHON
        lines = len((text_of(path) or "").splitlines())
        if lines > longest:
            found.append(f"{path.relative_to(ROOT)}: {lines} lines")
    assert not found, "\n".join(found)


def test_every_module_says_what_it_is_for():
    found = []
    for path in sources(".py"):
        if SRC not in path.parents or "migrations" in path.parts or path.name == "apps.py":
            continue
        text = (text_of(path) or "").lstrip()
        if text and not text.startswith(('"""', 'r"""', "#!/")):
            found.append(str(path.relative_to(ROOT)))
    assert not found, "\n".join(found)


def test_pages_carry_no_inline_script_or_style():
    """The content security policy would refuse them."""
    found = []
    for path in sources(".html"):
        if SRC not in path.parents:
            continue
        for number, line in enumerate((text_of(path) or "").splitlines(), 1):
            if INLINE.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:90]}")
    assert not found, "\n".join(found)


def test_packs_carry_no_code():
    allowed = {".yaml", ".yml", ".md", ".geojson", ".json", ".svg", ".png", ".jpg", ".bpmn", ".csv", ".txt"}
    found = [p for p in tracked() if ROOT / "packs" in p.parents and p.suffix not in allowed]
    assert not found, found


def test_no_compiled_translation_is_committed():
    assert not [p for p in tracked() if p.suffix == ".mo"]


@pytest.mark.parametrize("room", translations.rooms(), ids=lambda p: p.name)
def test_every_message_is_translated(room):
    listed = translations.problems(room)
    assert not listed, "\n".join(listed)
