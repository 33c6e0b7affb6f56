/** What was noted while the table was made, for the report. */

export class Notes {
  /** How often each name of a price was read, was left beside, or could not be told. */
  names = { read: new Map(), beside: new Map(), foreign: new Map() };
  /** Models without a price, each with the prices of it that cannot be told. @type {{ key: string, names: string[] }[]} */
  without = [];
  /** Amounts that are finer than 1e-12 USD. @type {{ key: string, name: string, text: string }[]} */
  finer = [];
  /** Keys that two entries have. @type {{ key: string, names: string[] }[]} */
  twice = [];
  /** Entries that say nothing. @type {string[]} */
  silent = [];
  /** The model that is being read. */
  key = "";

  /** @param {"read" | "beside" | "foreign"} kind @param {string} name */
  count(kind, name) {
    this.names[kind].set(name, (this.names[kind].get(name) ?? 0) + 1);
  }

  unpriced(names) {
    this.without.push({ key: this.key, names });
  }

  rounded(name, text) {
    this.finer.push({ key: this.key, name, text });
  }
}
