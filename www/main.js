/** Puts the page together. */

import { Card } from "./card.js";
import { showChat } from "./chat.js";
import { byId, say } from "./element.js";
import { showHundred } from "./hundred.js";
import { ConfigError } from "./lib/js/entry/browser.js";
import { providers } from "./providers.js";
import { Session } from "./session.js";
import { showSettings } from "./settings.js";

/** How often the seconds of a bench are counted down, in milliseconds. */
const TICK_MS = 250;

const session = new Session();

/** A new router with other settings; a config that it refuses is told, and the old one stays. */
function renew(changes) {
  try {
    session.renew(changes);
    say(byId("refused"), "");
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    say(byId("refused"), `The router refuses that: ${error.problems.map(({ path, message }) => `${path} ${message}`).join("; ")}`);
  }
}

const cards = providers.map((provider) => {
  const onWeight = (id, weight) => renew({ weights: { ...session.settings.weights, [id]: weight } });
  return new Card(provider, session, onWeight);
});
byId("cards").append(...cards.map(({ element }) => element));

/** @type {any} */
let ticking;
function show() {
  const isChanging = cards.map((card) => card.show()).some(Boolean);
  clearTimeout(ticking);
  if (isChanging) ticking = setTimeout(show, TICK_MS);
}
for (const what of ["config", "state"]) session.addEventListener(what, show);
for (const provider of providers) provider.onChange = show;

showChat(session);
showSettings(session, renew);
showHundred(session);
show();
document.body.dataset.ready = "true";
