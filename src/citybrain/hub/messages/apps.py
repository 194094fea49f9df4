from citybrain.kernel.rooms import RoomConfig


class MessagesConfig(RoomConfig):
    name = "citybrain.hub.messages"
    label = "messages"
