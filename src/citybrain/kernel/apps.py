from citybrain.kernel.rooms import RoomConfig


class KernelConfig(RoomConfig):
    name = "citybrain.kernel"
    label = "kernel"
