from citybrain.kernel.rooms import RoomConfig


class SharingConfig(RoomConfig):
    name = "citybrain.apps.sharing"
    label = "sharing"
