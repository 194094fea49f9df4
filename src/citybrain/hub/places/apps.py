from citybrain.kernel.rooms import RoomConfig


class PlacesConfig(RoomConfig):
    name = "citybrain.hub.places"
    label = "places"
