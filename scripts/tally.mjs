/** Counts tests by reading what their runners print: counts from the closing lines, names of the skipped ones on the way. */

/** For `cargo test`: every test binary, and the examples in the docs, closes with a line of its own. */
export const cargoTally = (tally) => (line) => {
  const ignored = /^test (.+) \.\.\. ignored/.exec(line);
  if (ignored) tally.skipped.push(ignored[1]);
  const closing = /^test result: .*? (\d+) passed; (\d+) failed;/.exec(line);
  if (closing) {
    tally.passed += Number(closing[1]);
    tally.failed += Number(closing[2]);
  }
};

/** For `node --test` with its "spec" reporter. */
export const nodeTally = (tally) => (line) => {
  const skipped = /^\s*﹣ (.+?) \([\d.]+ms\)(?: # (.+))?$/.exec(line);
  if (skipped) tally.skipped.push(skipped[2] ? `${skipped[1]} (${skipped[2]})` : skipped[1]);
  const closing = /^ℹ (pass|fail|cancelled) (\d+)$/.exec(line);
  if (closing) tally[closing[1] === "pass" ? "passed" : "failed"] += Number(closing[2]);
};
