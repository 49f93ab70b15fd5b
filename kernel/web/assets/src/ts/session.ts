// Warns before the session ends and lets it be extended in place. Saving counts as activity on the server, so every
// save starts the clock anew. The longest life of a session does not: near its end the person proves who they are.

import { button, csrf, make } from "./dom.ts";

const before = 120;

export function start(): void {
  let seconds = Number(document.body.dataset["sessionSeconds"] ?? "0");
  let last = Date.now() + Number(document.body.dataset["sessionFinal"] ?? "86400") * 1000;
  const extend = document.body.dataset["sessionExtend"];
  if (!(seconds > before) || !extend) return;
  let timer: ReturnType<typeof setTimeout>;
  let box: HTMLElement | undefined;
  const begin = () => {
    clearTimeout(timer);
    box?.remove();
    const left = Math.min(seconds * 1000, last - Date.now());
    timer = setTimeout(warn, Math.max(left - before * 1000, 0));
  };
  const more = async () => {
    try {
      const answer = await fetch(extend, { method: "POST", headers: csrf(), credentials: "same-origin", redirect: "manual" });
      if (answer.ok) {
        const told = (await answer.json()) as { seconds: number; final: number };
        seconds = told.seconds;
        last = Date.now() + told.final * 1000;
        begin();
      }
      else say("延長できませんでした。新しいタブでログインしてください。");
    } catch {
      say("通信できません。もう一度お試しください。");
    }
  };
  const say = (words: string) => {
    const place = box?.querySelector("p:last-of-type");
    if (place) place.textContent = words;
  };
  function warn(): void {
    const over = last - Date.now() <= (before + 60) * 1000;
    const press = over
      ? make("a", { class: "button", "data-weight": "solid", "data-size": "sm", href: "/reauth", target: "_blank", rel: "noopener" },
        "新しいタブで本人確認をして延長する")
      : button("延長する", "solid", () => void more());
    const words = over
      ? "あと2分でログインの最長の時間になります。続ける場合は本人確認をしてください。この画面の内容はそのまま残ります。"
      : "2分以内に操作がないと、もう一度ログインが必要になります。続ける場合は「延長する」を押してください。";
    box = make("div", { class: "session-warning", role: "alert" },
      make("div", { class: "banner", "data-tone": "warn" },
        make("div", { class: "banner__text" },
          make("p", { class: "banner__title" }, "まもなくログインの有効期間が終わります"),
          make("p", {}, words),
          press)));
    document.body.append(box);
  }
  document.addEventListener("hojo:saved", begin);
  begin();
}
