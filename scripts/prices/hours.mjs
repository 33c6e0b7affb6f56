/** Hours of the week at which another price counts, as a mark of our table. */

/** Clocks by which weekdays are told, in minutes before UTC. None of them is ever put forward. */
const OFFSETS = { UTC: 0, "Asia/Shanghai": 480 };

const MINUTES_A_DAY = 1440;

/**
 * `@` or `@+480`, and a list of windows: the days of the week from Monday 1 to Sunday 7, and minutes of the day in UTC,
 * as in `@12345:0-60,67:0-1440`. With an offset the weekday is that of the clock so many minutes ahead.
 *
 * @param {{ hours_utc?: string | string[], windows?: { hours_utc: string | string[], weekdays?: string[] }[], weekday_timezone?: string }} rule
 * @returns {string | undefined} undefined for what cannot be told so
 */
export function hours({ hours_utc, windows = [], weekday_timezone = "UTC" }) {
  const offset = OFFSETS[weekday_timezone];
  const rules = [...windows, ...(hours_utc ? [{ hours_utc, weekdays: undefined }] : [])];
  const parts = rules.flatMap(({ hours_utc: texts, weekdays = [..."1234567"] }) =>
    [texts].flat().flatMap((text) => spans(text)?.map((span) => `${weekdays.join("")}:${span}`)),
  );
  const isKnown = offset !== undefined && parts.every((part) => part && /^1?2?3?4?5?6?7?:/.test(part));
  return isKnown && parts.length > 0 ? `@${offset ? `+${offset}` : ""}${offset ? "," : ""}${parts.join(",")}` : undefined;
}

/** "16:30-00:30" as `990-1440` and `0-30`; a span that ends where it begins is the whole day. */
function spans(text) {
  const [, ...parts] = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(text) ?? [];
  if (parts.length === 0) return undefined;
  const [fromHour, fromMinute, toHour, toMinute] = parts.map(Number);
  const [from, to] = [fromHour * 60 + fromMinute, toHour * 60 + toMinute];
  if (from < to) return [`${from}-${to}`];
  return [`${from}-${MINUTES_A_DAY}`, ...(to > 0 ? [`0-${to}`] : [])];
}
