/** An amount of US dollars: a number, or one in a string. */
export type Dollars = number | string;

/**
 * "30s", "5m", "1h", "7d", "2w" or "1mo". Periods are those of the clock, in UTC: a day begins at midnight, a week on Monday,
 * a month on its first.
 */
export type Duration = `${number}${"s" | "m" | "h" | "d" | "w" | "mo"}` | (string & {});

/** How much may be spent in how long; both are needed, each by one of its names. */
export interface Budget {
  max_budget?: Dollars;
  /** As `max_budget`, where there is none. */
  budget_limit?: Dollars;
  budget_duration?: Duration;
  /** As `budget_duration`, where there is none. */
  time_period?: Duration;
}
