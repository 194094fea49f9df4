from citybrain.kernel.rooms import RoomConfig


class CertificatesConfig(RoomConfig):
    name = "citybrain.hub.certificates"
    label = "certificates"
