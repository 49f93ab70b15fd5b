// Warns before the session ends and lets it be extended in place. Saving counts as activity on the server, so every
// save starts the clock anew.

import { button, csrf, make } from "./dom.ts";

const before = 120;

export function start(): void {
  const seconds = Number(document.body.dataset["sessionSeconds"] ?? "0");
  const extend = document.body.dataset["sessionExtend"];
  if (!(seconds > before) || !extend) return;
  let timer: ReturnType<typeof setTimeout>;
  let box: HTMLElement | undefined;
  const begin = () => {
    clearTimeout(timer);
    box?.remove();
    timer = setTimeout(warn, (seconds - before) * 1000);
  };
  const more = async () => {
    try {
      const answer = await fetch(extend, { method: "POST", headers: csrf(), credentials: "same-origin", redirect: "manual" });
      if (answer.ok) begin();
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
    const press = button("延長する", "solid", () => void more());
    box = make("div", { class: "session-warning", role: "alert" },
      make("div", { class: "banner", "data-tone": "warn" },
        make("div", { class: "banner__text" },
          make("p", { class: "banner__title" }, "まもなくログインの有効期間が終わります"),
          make("p", {}, "2分以内に操作がないと、もう一度ログインが必要になります。続ける場合は「延長する」を押してください。"),
          press)));
    document.body.append(box);
  }
  document.addEventListener("hojo:saved", begin);
  begin();
}
