/** The router's settings: each change of the config makes a new router. */

import { byId, h } from "./element.js";
import { pace } from "./providers.js";

/** @param {import("./session.js").Session} session @param {(changes: object) => void} renew */
export function showSettings(session, renew) {
  const { settings } = session;
  const number = (id, name) => {
    const input = byId(id);
    input.value = settings[name];
    input.addEventListener("change", () => renew({ [name]: input.valueAsNumber }));
  };
  number("retries", "numRetries");
  number("patience", "patience");

  const stream = byId("stream");
  stream.checked = settings.stream;
  stream.addEventListener("change", () => {
    // Said with each call, so the router stays.
    session.settings.stream = stream.checked;
  });

  const speed = byId("speed");
  const showSpeed = () => {
    pace.msPerWord = speed.valueAsNumber;
    byId("speed-told").textContent = `${pace.msPerWord} ms a word`;
  };
  speed.value = pace.msPerWord;
  speed.addEventListener("input", showSpeed);
  showSpeed();

  const midStream = byId("mid-stream");
  midStream.value = settings.midStream;
  midStream.addEventListener("change", () => renew({ midStream: midStream.value }));

  byId("forget").addEventListener("click", () => renew({}));

  const showConfig = () => {
    byId("config").textContent = JSON.stringify(session.config, null, 2);
    byId("notices").replaceChildren(...session.router.notices.map(({ path, message }) => h("li", {}, `${path}: ${message}`)));
  };
  session.addEventListener("config", showConfig);
  showConfig();
}
