/** The matrix on the terminal: a line for each client, way and dialect, a column for each case. */

const SIGNS = { passed: "✓", failed: "✗", skipped: "–" };

/** Rows with the same cases stand under one heading. */
export class Table {
  counts = { passed: 0, failed: 0, skipped: 0 };
  #failures = [];
  #cases;
  /** Printed before the first row. @type {string | undefined} */
  #heading;

  /**
   * @param {string} title
   * @param {string[]} cases
   */
  constructor(title, cases) {
    this.#cases = cases;
    this.#heading = `\n${title.padEnd(67)}${cases.join(" │ ")}`;
  }

  /**
   * @param {string[]} names of the row: client, way, dialect
   * @param {(name: string) => Promise<void>} run a case
   * @param {string} [why] the whole row is skipped
   */
  async row([client, way, dialect], run, why) {
    if (this.#heading !== undefined) console.log(this.#heading);
    this.#heading = undefined;
    const signs = [];
    for (const name of this.#cases) {
      const outcome = why === undefined ? await this.#outcome([client, way, dialect, name], run) : "skipped";
      this.counts[outcome] += 1;
      signs.push(SIGNS[outcome].padStart(Math.ceil(name.length / 2)).padEnd(name.length));
    }
    console.log(`${client.padEnd(38)}${way.padEnd(14)}${dialect.padEnd(14)} ${signs.join(" │ ")}${why === undefined ? "" : `  skipped: ${why}`}`);
  }

  async #outcome(names, run) {
    try {
      await run(names.at(-1));
      return "passed";
    } catch (error) {
      this.#failures.push(`${names.join(", ")}:\n  ${String(error?.stack ?? error).replaceAll("\n", "\n  ")}`);
      return "failed";
    }
  }

  /** What went wrong, in full. */
  end() {
    for (const failure of this.#failures) console.log(`\n✗ ${failure}`);
  }
}
