// Passkeys: asks the browser to make or use one. Pages work without it (codes), so it only adds a button's act.
const data = JSON.parse(document.getElementById("passkey-data").textContent);
const button = document.getElementById("passkey-button");
const told = document.getElementById("passkey-told");

const post = async (url, body) => {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": data.csrf, Accept: "application/json" },
    body: JSON.stringify(body ?? {}),
  });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error || String(answer.status));
  return value;
};

const use = async () => {
  const options = await post(data.challenge);
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey);
  const credential = await navigator.credentials.get({ publicKey });
  const { next } = await post(data.answer, credential.toJSON());
  location.assign(next);
};

const make = async () => {
  const options = await post(data.fresh);
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey);
  const credential = await navigator.credentials.create({ publicKey });
  await post(data.keep, { ...credential.toJSON(), label: data.label });
  location.reload();
};

if (window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    told.textContent = "";
    try {
      await (data.challenge ? use() : make());
    } catch (error) {
      told.textContent = data.failed;
    }
  });
}
