// A request given as an object: the router's keys apart from the provider's.

/** Is it something that a call can listen to, or nothing? @param {any} signal */
export const isSignal = (signal) => signal === undefined || signal === null || typeof signal.addEventListener === "function";

/**
 * What of the options belongs to the driver, not to the core: each throws for a value that it cannot use.
 * @type {Map<string, (value: any) => void>}
 */
const DRIVERS = new Map([
  ["signal", (signal) => {
    if (!isSignal(signal)) throw new TypeError("signal: expected an AbortSignal");
  }],
  ["waitUntil", (waitUntil) => {
    if (waitUntil !== undefined && typeof waitUntil !== "function") throw new TypeError("waitUntil: expected a function");
  }],
]);

/**
 * @param {Record<string, any>} request
 * @param {Set<string>} routerKeys
 * @param {Record<string, any>} [options]
 */
export function split(request, routerKeys, options) {
  let body = request;
  /** @type {Record<string, any> | undefined} */
  let steering;
  for (const key in request) {
    if (!routerKeys.has(key)) continue;
    // Copied only now: most requests carry no such key.
    if (body === request) body = { ...request };
    (steering ??= {})[key] = request[key];
    delete body[key];
  }
  if (options) {
    for (const key in options) {
      const check = DRIVERS.get(key);
      if (check === undefined) (steering ??= {})[key] = options[key];
      // Before the core knows of the call: nobody would end it there.
      else check(options[key]);
    }
  }
  return { body, steering };
}

/** Does something become of a member of a body on its way to a deployment? */
export const mayNotFit = (body, { ruled }) => ruled.some((name) => name in body);

/**
 * The body for a deployment: its defaults under the caller's members, its model over them.
 * @param {Record<string, any>} body
 * @param {any} target
 * @param {boolean} askUsage make a stream tell its usage
 * @param {string} [text] what the assistant has said already, to be gone on from
 */
export function bodyFor(body, target, askUsage, text) {
  /** @type {Record<string, any>} */
  const sent = { ...body };
  for (const key in target.defaults) if (!(key in body)) sent[key] = target.defaults[key];
  Object.assign(sent, target.put);
  if (askUsage) {
    for (const key in target.askUsage) sent[key] = { ...body[key], ...target.askUsage[key] };
  }
  if (text !== undefined) {
    sent.messages = [...body.messages, { role: "assistant", content: text }];
    Object.assign(sent, target.prefill);
  }
  return JSON.stringify(sent);
}
