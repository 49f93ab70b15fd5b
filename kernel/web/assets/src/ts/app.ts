// Everything here makes a page that already works without scripts more pleasant. One part failing must not stop the others.

import * as amount from "./amount.ts";
import * as autosave from "./autosave.ts";
import * as counter from "./counter.ts";
import * as lookup from "./lookup.ts";
import * as page from "./page.ts";
import * as passkey from "./passkey.ts";
import * as postal from "./postal.ts";
import * as rows from "./rows.ts";
import * as session from "./session.ts";
import * as upload from "./upload.ts";

for (const part of [page, amount, autosave, counter, rows, upload, lookup, postal, session, passkey]) {
  try {
    part.start();
  } catch (error) {
    console.error(error);
  }
}
