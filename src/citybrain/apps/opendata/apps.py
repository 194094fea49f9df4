from citybrain.kernel.rooms import RoomConfig


class OpendataConfig(RoomConfig):
    name = "citybrain.apps.opendata"
    label = "opendata"
