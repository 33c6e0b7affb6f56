/** A hundred calls at once, for how they spread. */

import { byId, say } from "./element.js";
import { DEPLOYMENTS } from "./deployments.js";

const CALLS = 100;
const AT_ONCE = 10;
const LEGEND = "The bars count who answered; the mark on each is the share that the weights ask for.";
const MESSAGES = [{ role: "user", content: "Who are you?" }];

/** @param {import("./session.js").Session} session */
export function showHundred(session) {
  const [button, told] = ["hundred", "hundred-told"].map(byId);
  say(told, LEGEND);
  button.addEventListener("click", async () => {
    button.disabled = true;
    session.resetCounts();
    say(told, "Running…");
    let left = CALLS;
    const worker = async () => {
      while (left > 0) {
        left -= 1;
        await one(session);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    say(told, resultOf(session));
    button.disabled = false;
  });
  byId("reset").addEventListener("click", () => {
    session.resetCounts();
    say(told, LEGEND);
  });
}

async function one(session) {
  try {
    session.succeeded((await session.ask({ messages: MESSAGES }))._hidden_params);
  } catch (error) {
    session.gaveUp(error);
  }
}

function resultOf({ answered, failed }) {
  const shares = DEPLOYMENTS.map(({ id, model }) => `${model} ${answered.get(id) ?? 0}`);
  return `${CALLS} calls: ${shares.join(", ")}; failed ${failed}.`;
}
