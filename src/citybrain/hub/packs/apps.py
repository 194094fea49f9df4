from citybrain.kernel.rooms import RoomConfig


class PacksConfig(RoomConfig):
    name = "citybrain.hub.packs"
    label = "packs"
