"""What kind of legal basis a text names. Not sharing needs a law, a 行政法规 or a State Council decision (A19, [K])."""

import re

LAW = re.compile(r"法(?=》|第|[一二三四五六七八九十]|$|[\s,，;；。、(（])|\b(Law|Act|Code)\b")
NOT_LAW = re.compile(r"(?:办法|方法|做法|立法|司法|执法|合法|违法|依法|商法典外)$")
LOCAL = re.compile(r"[省市州县区]|自治|Province|Provincial|City|Municipal")
REGULATION = re.compile(r"条例|行政法规|\bRegulations?\b")
STATE_COUNCIL = re.compile(r"国务院(?!办公厅.*(?:答记者|解读))|国发〔|国函〔|国令第|State Council")


def basis_kind(text: str) -> str:
    """``law``, ``regulation`` (行政法规), ``decision`` (State Council), ``local`` (地方性法规), ``other`` or empty."""
    said = text.strip()
    if not said:
        return ""
    if STATE_COUNCIL.search(said):
        return "decision"
    for found in LAW.finditer(said):
        if not NOT_LAW.search(said[: found.end()]):
            return "law"
    for found in REGULATION.finditer(said):
        name = re.split(r"[《;；,，。]", said[: found.start()])[-1]
        return "local" if LOCAL.search(name) else "regulation"
    return "other"


def permits_refusal(text: str) -> bool:
    """Whether the basis is of a rank that allows not to share."""
    return basis_kind(text) in ("law", "regulation", "decision")
