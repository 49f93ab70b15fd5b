// Passkeys: a form with `data-passkey` asks the server for a challenge, the browser for the key's answer, and sends the
// answer with the form like anything typed. What it cannot do it says in words; the rest of the page works without it.

import { all, csrf, make } from "./dom.ts";

const toBytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const toText = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

interface Named {
  id: string;
  type: "public-key";
  transports?: AuthenticatorTransport[];
}

const named = (list: Named[] | undefined): PublicKeyCredentialDescriptor[] =>
  (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

// The options come as JSON in which bytes are base64url; what goes back is written the same way.
async function create(options: any): Promise<unknown> {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: named(options.excludeCredentials),
  };
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  const answer = made.response as AuthenticatorAttestationResponse;
  return {
    id: made.id, rawId: toText(made.rawId), type: made.type, extensions: {},
    response: {
      attestationObject: toText(answer.attestationObject), clientDataJSON: toText(answer.clientDataJSON),
      transports: answer.getTransports?.() ?? null,
    },
  };
}

async function get(options: any): Promise<unknown> {
  const publicKey = { ...options, challenge: toBytes(options.challenge), allowCredentials: named(options.allowCredentials) };
  const shown = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  const answer = shown.response as AuthenticatorAssertionResponse;
  return {
    id: shown.id, rawId: toText(shown.rawId), type: shown.type, extensions: {},
    response: {
      authenticatorData: toText(answer.authenticatorData), clientDataJSON: toText(answer.clientDataJSON),
      signature: toText(answer.signature), userHandle: answer.userHandle ? toText(answer.userHandle) : null,
    },
  };
}

async function ceremony(form: HTMLFormElement, say: (words: string) => void): Promise<void> {
  const prefix = form.dataset["passkeyPrefix"] ?? "";
  const asked = await fetch(form.action, {
    method: "POST", headers: { ...csrf(), "Content-Type": "application/x-www-form-urlencoded" },
    credentials: "same-origin", redirect: "manual", body: new URLSearchParams({ [`${prefix}step`]: "passkey-begin" }),
  });
  if (asked.status === 404) return say("パスキーが登録されていません。下の欄に入力してください。");
  // Somebody must prove who they are first: the form itself leads there.
  if (asked.status === 401 || asked.type === "opaqueredirect") return form.submit();
  if (!asked.ok) return say("通信できませんでした。もう一度お試しください。");
  const begun = await asked.json();
  let answer: unknown;
  try {
    answer = await (form.dataset["passkey"] === "create" ? create(begun.publicKey) : get(begun.publicKey));
  } catch (error) {
    const known = error instanceof DOMException && error.name === "InvalidStateError";
    return say(known ? "この機器はすでに登録されています。別の機器を登録してください。"
      : "パスキーを確認できませんでした。中止したか、この機器にパスキーがありません。もう一度お試しください。");
  }
  for (const [name, value] of [["step", "passkey"], ["ceremony", begun.ceremony], ["answer", JSON.stringify(answer)]]) {
    form.append(make("input", { type: "hidden", name: prefix + name, value }));
  }
  form.submit();
}

export function start(): void {
  if (!("PublicKeyCredential" in window)) return;
  for (const form of all<HTMLFormElement>("form[data-passkey]")) {
    for (const part of all<HTMLElement>("[data-passkey-part]", form)) part.hidden = false;
    const place = form.querySelector("[data-passkey-problem]");
    const say = (words: string) => {
      if (place) place.textContent = words;
    };
    for (const button of all<HTMLButtonElement>('button[data-do="passkey"]', form)) {
      button.addEventListener("click", (event) => {
        event.preventDefault();
        button.disabled = true;
        say("");
        ceremony(form, say).catch(() => say("通信できませんでした。もう一度お試しください。")).finally(() => {
          button.disabled = false;
        });
      });
    }
  }
}
