// What the host is asked in the middle of a call.

/**
 * Asks the host whether a call may move to a target. Anything but `true`, at once or by a promise, is a no.
 * @param {(target: object) => unknown} mayFallback
 * @param {object} target
 * @param {(yes: boolean) => void} answer is called once, maybe at once
 */
export function askMayFallback(mayFallback, target, answer) {
  let said;
  try {
    said = mayFallback(target);
  } catch {
    return answer(false);
  }
  if (typeof said === "boolean") return answer(said);
  Promise.resolve(said).then((yes) => answer(yes === true), () => answer(false));
}
