from citybrain.kernel.rooms import RoomConfig


class CockpitConfig(RoomConfig):
    name = "citybrain.apps.cockpit"
    label = "cockpit"
