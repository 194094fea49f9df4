"""What may cross the door of the services room: the grades of 好差评."""

GRADES = {
    1: {"zh": "非常满意", "en": "Very satisfied"},
    2: {"zh": "满意", "en": "Satisfied"},
    3: {"zh": "基本满意", "en": "Fairly satisfied"},
    4: {"zh": "不满意", "en": "Dissatisfied"},
    5: {"zh": "非常不满意", "en": "Very dissatisfied"},
}
"""Grades of GB/T 39046: the last two are bad reviews (差评)."""

BAD_FROM = 4
