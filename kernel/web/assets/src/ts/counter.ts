// Character counters: every character, space and line break counts one (the server counts the same way).

export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text.replaceAll("\r\n", "\n")) count += 1;
  return count;
}

function update(control: HTMLInputElement | HTMLTextAreaElement): void {
  const counter = document.getElementById(`${control.id}-count`);
  const shown = counter?.querySelector("[data-used]");
  if (!counter || !shown) return;
  const used = countCharacters(control.value);
  shown.textContent = used.toLocaleString("ja-JP");
  counter.toggleAttribute("data-over", used > Number(control.dataset["counterMax"]));
}

export function start(): void {
  document.addEventListener("input", (event) => {
    const control = event.target;
    if (control instanceof HTMLElement && control.matches("[data-counter-max]")) {
      update(control as HTMLInputElement | HTMLTextAreaElement);
    }
  });
}
