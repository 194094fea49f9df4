"""Long work of the registers: building layers, bringing code tables, loading the demo city's rows."""

from typing import Any

from citybrain.hub.data.jobs.kinds import job
from citybrain.hub.data.jobs.running import Run
from citybrain.hub.data.registers.actions import build, codes, demo_rows


@job(build.KIND, zh="加工数据分层", en="Build the layers")
def build_layers(run: Run) -> dict[str, Any]:
    """See ``actions.build``."""
    return build.run_build(run)


@job(codes.KIND, zh="写入代码表", en="Bring code tables into the lake")
def bring_codes(run: Run) -> dict[str, Any]:
    """See ``actions.codes``."""
    return codes.run_bring(run)


@job(demo_rows.KIND, zh="装载演示城市的合成数据", en="Load the demo city's synthetic rows")
def load_demo(run: Run) -> dict[str, Any]:
    """See ``actions.demo_rows``."""
    return demo_rows.run_load(run)
