// Several files at once, each with its progress and a way to try again. Without scripts the button sends the form.

import { all, button, csrf, make } from "./dom.ts";
import { replaceLive } from "./live.ts";

function send(action: string, name: string, file: File, progress: (share: number) => void): Promise<XMLHttpRequest> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", action);
    for (const [key, value] of Object.entries(csrf())) request.setRequestHeader(key, value);
    request.setRequestHeader("Accept", "text/html");
    request.setRequestHeader("X-Hojo-Upload", "1");
    request.upload.addEventListener("progress", (event) => progress(event.lengthComputable ? event.loaded / event.total : 0));
    request.addEventListener("load", () => resolve(request));
    request.addEventListener("error", () => reject(new Error("network")));
    request.addEventListener("timeout", () => reject(new Error("timeout")));
    request.timeout = 300_000;
    const body = new FormData();
    body.append(name, file, file.name);
    request.send(body);
  });
}

function reason(status: number): string {
  if (status === 401) return "ログインの有効期間が終わりました。新しいタブでログインしてから、もう一度送ってください。";
  if (status === 413) return "ファイルが大きすぎます。サイズを小さくしてください。";
  if (status === 409) return "ファイルの数が上限に達しています。不要なファイルを削除してください。";
  return "送信できませんでした。もう一度お試しください。";
}

async function one(box: HTMLElement, input: HTMLInputElement, file: File): Promise<void> {
  const action = box.dataset["upload"] ?? "";
  const list = box.querySelector("[data-upload-progress]");
  if (!list) return;
  const bar = make("progress", { max: "1", "aria-label": file.name });
  const state = make("span", {}, "送信中");
  const line = make("li", {}, make("span", {}, file.name), bar, state);
  let rows = list.querySelector("ul");
  if (!rows) {
    rows = make("ul");
    list.replaceChildren(rows);
  }
  rows.append(line);
  try {
    const answer = await send(action, input.name, file, (share) => { bar.value = share; if (share >= 1) state.textContent = "確認中"; });
    // A refusal (422) also brings the list, with the file's state and the reason.
    if (answer.status === 200 || answer.status === 422) {
      replaceLive(answer.responseText);
      room(box);
      line.remove();
      return;
    }
    throw new Error(String(answer.status));
  } catch (error) {
    bar.remove();
    state.textContent = reason(Number(error instanceof Error ? error.message : 0));
    line.append(button("もう一度送る", "outline", () => { line.remove(); void one(box, input, file); }), button("やめる", "text", () => line.remove()));
  }
}

/** With as many files as allowed the way in closes, and the sentence that says so appears. */
function room(box: HTMLElement): void {
  const full = all(".files__row:not(:has(.files__reason))", box).length >= Number(box.dataset["most"] ?? "1");
  box.querySelector(".upload__add")?.toggleAttribute("data-full", full);
}

async function take(box: HTMLElement, input: HTMLInputElement, files: FileList): Promise<void> {
  // One after the other: a slow line finishes the first file instead of starving all.
  for (const file of [...files]) await one(box, input, file);
  input.value = "";
}

function setUp(box: HTMLElement): void {
  const input = box.querySelector<HTMLInputElement>('input[type="file"]');
  const area = box.querySelector<HTMLElement>(".upload__add");
  if (!input || !area || box.dataset["ready"]) return;
  box.dataset["ready"] = "1";
  const send = box.querySelector<HTMLElement>("[data-upload-send]");
  if (send) send.hidden = true;
  input.addEventListener("change", () => { if (input.files?.length) void take(box, input, input.files); });
  area.addEventListener("dragover", (event) => { event.preventDefault(); area.dataset["overIt"] = ""; });
  area.addEventListener("dragleave", () => { delete area.dataset["overIt"]; });
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    delete area.dataset["overIt"];
    if (event.dataTransfer?.files.length) void take(box, input, event.dataTransfer.files);
  });
}

export function start(): void {
  for (const box of all<HTMLElement>("[data-upload]")) setUp(box);
  document.addEventListener("hojo:added", (event) => {
    for (const box of all<HTMLElement>("[data-upload]", event.target as HTMLElement)) setUp(box);
  });
}
