"""The lake in the menu; its word is the room's ``data.work``."""

from django.utils.translation import gettext_lazy as _

from citybrain.hub.data.permissions import WORK
from citybrain.ui import navigation

navigation.add("lake", "data:lake", _("Data lake"), WORK, 10, icon="database")
