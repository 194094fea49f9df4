"""Permissions of messages and its place in the menu."""

from django.utils.translation import gettext_lazy as _

from citybrain.kernel.permissions import declare
from citybrain.ui import navigation

MANAGE = declare("messages.manage", zh="消息投递管理", en="Manage message delivery")

navigation.add("system", "messages:failed", _("Message delivery"), MANAGE, 60, icon="bell")
