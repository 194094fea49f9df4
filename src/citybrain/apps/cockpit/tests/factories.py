"""Boards and figures for tests: the board of the pack on real divisions, over invented totals."""

from decimal import Decimal
from typing import Any

import pytest
import yaml
from django.conf import settings

from citybrain.apps.cockpit.actions.apply_board import apply_board
from citybrain.apps.cockpit.domain.board import BoardDocument
from citybrain.apps.cockpit.models import Board
from citybrain.apps.cockpit.queries import sources

BOARD = settings.ROOT / "packs" / "ningde" / "boards" / "city.yaml"


def document(**changes: Any) -> BoardDocument:
    """The board that ships, with changes."""
    raw = yaml.safe_load(BOARD.read_text(encoding="utf-8"))
    return BoardDocument.model_validate({**raw, **changes})


def board(**changes: Any) -> Board:
    """The board, installed."""
    made = document(**changes)
    apply_board(made, key="city", pack="ningde", hash="test")
    return Board.objects.get(pk="city")


def figure(code: str, value: str | None = "98.6", **changes: Any) -> dict[str, Any]:
    """One indicator's figure as stored."""
    made = {
        "code": code, "name": {"zh": f"指标{code}", "en": f"Indicator {code}"}, "unit": {"zh": "%", "en": "%"}, "value": value,
        "number": value, "target": "95", "target_op": ">=", "light": "green", "status": "reached",
        "status_name": {"zh": "已达标", "en": "Reached"}, "stale": False, "as_of": None, "period": "",
    }  # fmt: skip
    return {**made, **changes}


class Totals:
    """Stands in for the rooms that know figures; ``figures`` may be changed during a test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.figures: dict[str, dict[str, Any]] = {f"SVC{n:02d}": figure(f"SVC{n:02d}") for n in range(1, 11)}
        self.plan = [figure(f"M{n:02d}", None, status="no_data", light="grey") for n in range(1, 21)]
        self.asked = 0
        monkeypatch.setattr(sources, "readings", self.readings)
        monkeypatch.setattr(sources, "family", lambda _name: self.plan)
        monkeypatch.setattr(
            sources,
            "series",
            lambda codes, _n: {c: [("2026-11-22", "5"), ("2026-11-23", "9")] for c in codes},
        )
        monkeypatch.setattr(
            sources,
            "by_jurisdiction",
            lambda _card: {"350902": Decimal(30), "350981": None, "dongqiao": Decimal(4)},
        )
        monkeypatch.setattr(sources, "by_town", lambda _measure: {"350902100000": Decimal(7)})
        monkeypatch.setattr(sources, "by_department", lambda: [
            {"key": "scjg", "name": {"zh": "市场监管局", "en": "Market regulation"}, "red": 2, "yellow": 1, "green": 5}])  # fmt: skip

    def readings(self, codes: Any) -> dict[str, dict[str, Any]]:
        self.asked += 1
        return {code: self.figures[code] for code in set(codes) if code in self.figures}
