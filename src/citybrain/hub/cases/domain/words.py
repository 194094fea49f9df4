"""How the channels of cases are called."""

CHANNELS = {
    "online": {"zh": "网上", "en": "Online"},
    "window": {"zh": "窗口", "en": "Window"},
    "kiosk": {"zh": "自助终端", "en": "Kiosk"},
    "phone": {"zh": "电话", "en": "Phone"},
    "internal": {"zh": "内部", "en": "Internal"},
}
