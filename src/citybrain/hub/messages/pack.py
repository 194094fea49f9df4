"""The pack part ``notices``: one template a file.

key, version, title, body (bilingual, with ``{placeholders}`` from the declared list, ``{due_at:date}`` for dates),
sms (a shorter wording, optional), placeholders, channels, mandatory, basis.
"""

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict, Field

from citybrain.hub.messages.data import Channel
from citybrain.hub.messages.domain.wording import placeholders, stray_braces
from citybrain.hub.messages.models import Message, Notice
from citybrain.hub.packs import api as packs
from citybrain.kernel.text import Text

LONGEST_SMS = 500  # characters of one language; gateways split it


class NoticeDocument(BaseModel):
    """One notice template."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(default="", pattern=r"^([a-z][a-z0-9_-]{1,79})?$")
    version: int = Field(default=1, ge=1)
    title: Text
    body: Text
    sms: Text | None = None
    placeholders: list[str] = Field(default_factory=list, max_length=40)
    channels: list[Channel] = Field(default=["inbox"], min_length=1)
    mandatory: bool = False
    basis: str = ""


class Notices:
    """The part itself."""

    key, order = "notices", 50
    schema: type[BaseModel] = NoticeDocument

    def check(self, ctx: packs.Context, docs: Sequence[packs.PackDocument]) -> Iterable[packs.Problem]:
        """Undeclared placeholders, stray braces, a mandatory notice without the inbox, a key of another pack."""
        for doc in docs:
            yield from self._wording(ctx, doc)
            if doc.data.mandatory and "inbox" not in doc.data.channels:
                yield ctx.problem(
                    doc, "channels", code="mandatory_inbox", zh="法定告知必须进入站内消息",
                    en="a mandatory notice must go to the inbox",
                )  # fmt: skip
            other = (
                Notice.objects.filter(key=doc.key)
                .exclude(pack=doc.pack)
                .values_list("pack", flat=True)
                .first()
            )
            if other:
                yield ctx.problem(
                    doc, "key", code="taken", zh=f"通知 {doc.key} 已属于场景包 {other}",
                    en=f"the notice {doc.key} belongs to the pack {other}",
                )  # fmt: skip

    def _wording(self, ctx: packs.Context, doc: packs.PackDocument) -> Iterable[packs.Problem]:
        declared = set(doc.data.placeholders)
        for name in ("title", "body", "sms"):
            text = getattr(doc.data, name)
            for lang, words in (text.as_dict() if text else {}).items():
                for unknown in sorted(placeholders(words) - declared):
                    yield ctx.problem(
                        doc, (name,), code="placeholder", zh=f"占位符 {{{unknown}}} 未在 placeholders 中声明",
                        en=f"the placeholder {{{unknown}}} is not declared in placeholders",
                    )  # fmt: skip
                if stray_braces(words):
                    yield ctx.problem(
                        doc, (name,), code="brace", zh=f"{lang}：花括号没有配成占位符",
                        en=f"{lang}: a brace that is not part of a placeholder",
                    )  # fmt: skip
                if name == "sms" and len(words) > LONGEST_SMS:
                    yield ctx.problem(
                        doc, (name,), code="long", zh="短信超过 500 字", en="the text message is over 500 characters"
                    )  # fmt: skip

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        """Upsert this version; show it again if it was hidden."""
        data = doc.data
        Notice.objects.update_or_create(key=doc.key, version=doc.version, defaults={
            "pack": doc.pack, "title": data.title.as_dict(), "body": data.body.as_dict(),
            "sms": data.sms.as_dict() if data.sms else {}, "placeholders": data.placeholders,
            "channels": list(dict.fromkeys(data.channels)), "mandatory": data.mandatory, "basis": data.basis,
            "hidden": False,
        })  # fmt: skip

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        """No new messages by this notice; sent ones stay readable."""
        Notice.objects.filter(pack=pack, key=key).update(hidden=True)

    def used(self, pack: str, key: str, version: int) -> bool:
        """A version that worded a message never changes."""
        return Message.objects.filter(template=key, template_version=version).exists()


packs.register_part(Notices())
