"""Examples to copy: one call in curl and in Python, for a grant. Placeholders stand where a secret goes."""

CURL = """KEY_ID='{key}'            # 密钥编号 key id
SECRET='{secret}'          # 只显示一次 shown once
GRANT='{grant}'
PURPOSE='{purpose}'
URL_PATH='{path}'
BODY='{body}'

T=$(date +%s); N=$(openssl rand -hex 16)
K=$(printf 'citybrain-share-v1:%s' "$KEY_ID" | openssl dgst -sm3 -hmac "$SECRET" -r | cut -d' ' -f1)
D=$(printf '%s' "$BODY" | openssl dgst -sm3 -r | cut -d' ' -f1)
S=$(printf 'SHARE-HMAC-SM3\\nPOST\\n%s\\n%s\\n%s\\n%s\\n%s\\n%s' "$URL_PATH" "$T" "$N" "$GRANT" "$PURPOSE" "$D" \\
  | openssl dgst -sm3 -mac HMAC -macopt "hexkey:$K" -r | cut -d' ' -f1)
curl -sS "{server}$URL_PATH" -H 'Content-Type: application/json' \\
  -H "X-Share-Key: $KEY_ID" -H "X-Share-Timestamp: $T" -H "X-Share-Nonce: $N" \\
  -H "X-Share-Grant: $GRANT" -H "X-Share-Purpose: $PURPOSE" -H "X-Share-Signature: $S" -d "$BODY"
"""

PYTHON = """import hashlib, hmac, json, secrets, time, urllib.request

KEY_ID, SECRET = "{key}", "{secret}"
GRANT, PURPOSE, PATH = "{grant}", "{purpose}", "{path}"

def call(body):
    raw = json.dumps(body, ensure_ascii=False).encode()
    stamp, nonce = str(int(time.time())), secrets.token_hex(16)
    digest = hashlib.new("sm3", raw).hexdigest()
    text = "\\n".join(["SHARE-HMAC-SM3", "POST", PATH, stamp, nonce, GRANT, PURPOSE, digest])
    key = hmac.new(SECRET.encode(), b"citybrain-share-v1:" + KEY_ID.encode(), "sm3").digest()
    headers = {{
        "Content-Type": "application/json", "X-Share-Key": KEY_ID, "X-Share-Timestamp": stamp,
        "X-Share-Nonce": nonce, "X-Share-Grant": GRANT, "X-Share-Purpose": PURPOSE,
        "X-Share-Signature": hmac.new(key, text.encode(), "sm3").hexdigest(),
    }}
    request = urllib.request.Request("{server}" + PATH, raw, headers)
    return json.load(urllib.request.urlopen(request))

print(call(json.loads('{body}')))
"""
BODIES = {
    "api": ("rows", '{"limit": 10}'),
    "batch": ("batch", '{"records": ["350902199001010011"]}'),
    "verify": ("verify", '{"record": "350902199001010011", "items": {"%s": "…"}}'),
}


def examples(
    *, server: str, resource: str, grant: str, purpose: str, ways: tuple[str, ...], item: str
) -> dict[str, str]:  # fmt: skip
    """``curl`` and ``python`` for the first interface the grant allows; nothing when it allows none."""
    way = next((w for w in ("api", "verify", "batch") if w in ways), "")
    if not way:
        return {}
    door, body = BODIES[way]
    values = {
        "server": server, "path": f"/data/share/v1/{resource}/{door}", "grant": grant, "purpose": purpose, "key": "…",
        "secret": "…", "body": body % item if "%s" in body else body,
    }  # fmt: skip
    return {"curl": CURL.format(**values), "python": PYTHON.format(**values)}
