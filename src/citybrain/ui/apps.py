from citybrain.kernel.rooms import RoomConfig


class UiConfig(RoomConfig):
    name = "citybrain.ui"
    label = "ui"
