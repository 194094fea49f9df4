from citybrain.kernel.rooms import RoomConfig


class MattersConfig(RoomConfig):
    name = "citybrain.hub.matters"
    label = "matters"
