// Small helpers. Nothing here parses strings into the live page: fragments go through DOMParser, which runs no scripts,
// and are adopted node by node, so the content policy can require Trusted Types.

export function all<E extends Element>(selector: string, root: ParentNode = document): E[] {
  return [...root.querySelectorAll<E>(selector)];
}

export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export function meta(name: string): string | undefined {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content;
}

export function csrf(): Record<string, string> {
  const token = meta("csrf-token");
  return token ? { "X-CSRF-Token": token } : {};
}

/** Calls `work` once, `wait` milliseconds after the last call. */
export function debounce(wait: number, work: () => void): { (): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(work, wait);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}

export function button(label: string, weight: "solid" | "outline" | "text", act: () => void): HTMLButtonElement {
  const made = make("button", { type: "button", class: "button", "data-weight": weight, "data-size": "sm" }, label);
  made.addEventListener("click", act);
  return made;
}
