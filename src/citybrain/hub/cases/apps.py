from citybrain.kernel.rooms import RoomConfig


class CasesConfig(RoomConfig):
    name = "citybrain.hub.cases"
    label = "cases"
