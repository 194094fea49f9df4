"""How outcomes and channels of cases are called."""

OUTCOME_NAMES = {
    "granted": {"zh": "准予", "en": "Granted"},
    "partial": {"zh": "部分准予", "en": "Partly granted"},
    "refused": {"zh": "不予", "en": "Refused"},
    "withdrawn": {"zh": "撤回", "en": "Withdrawn"},
    "returned": {"zh": "退件", "en": "Returned"},
    "not_accepted": {"zh": "不予受理", "en": "Not accepted"},
    "no_need": {"zh": "不需办理", "en": "Not needed"},
}
CHANNELS = {
    "online": {"zh": "网上", "en": "Online"},
    "window": {"zh": "窗口", "en": "Window"},
    "kiosk": {"zh": "自助终端", "en": "Kiosk"},
    "phone": {"zh": "电话", "en": "Phone"},
    "internal": {"zh": "内部", "en": "Internal"},
}
