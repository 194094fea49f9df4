from citybrain.kernel.rooms import RoomConfig


class DataConfig(RoomConfig):
    name = "citybrain.hub.data"
    label = "data"
