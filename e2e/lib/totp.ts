// One-time codes as an authenticator app makes them (RFC 6238, SHA-1, 6 digits, 30 seconds).

import { createHmac } from "node:crypto";

import { now } from "./clock.ts";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const step = 30_000;

function fromBase32(text: string): Buffer {
  let bits = "";
  for (const letter of text.replaceAll("=", "").toUpperCase()) bits += letters.indexOf(letter).toString(2).padStart(5, "0");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

export function code(secret: string, at: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / step)));
  const mac = createHmac("sha1", fromBase32(secret)).update(counter).digest();
  const from = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(from) & 0x7fff_ffff) % 1_000_000).padStart(6, "0");
}

/** The code of the present step; waits for the next one near its end, so that it is not old when it arrives. */
export async function freshCode(secret: string): Promise<string> {
  const left = step - (now().getTime() % step);
  if (left < 3_000) await new Promise((ready) => setTimeout(ready, left + 50));
  return code(secret, now().getTime());
}
