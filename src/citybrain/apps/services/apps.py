from citybrain.kernel.rooms import RoomConfig


class ServicesConfig(RoomConfig):
    name = "citybrain.apps.services"
    label = "services"
