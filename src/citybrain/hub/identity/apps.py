from citybrain.kernel.rooms import RoomConfig


class IdentityConfig(RoomConfig):
    name = "citybrain.hub.identity"
    label = "identity"
