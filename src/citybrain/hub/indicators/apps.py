from citybrain.kernel.rooms import RoomConfig


class IndicatorsConfig(RoomConfig):
    name = "citybrain.hub.indicators"
    label = "indicators"
