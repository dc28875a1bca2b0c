const told = { second: Number.NaN, text: '' };

/** `2026-03-01 14:05:09`, in the zone of this machine: the clinic's clock, as its people read it. */
export function localTime(at: number): string {
  const second = Math.floor(at / 1000);
  // A busy run tells hundreds of lines in one.
  if (second !== told.second) Object.assign(told, { second, text: local(at).slice(0, 19).replace('T', ' ') });
  return told.text;
}

/** `2026-03-01`: the day in the name of a log file. */
export function localDay(at: number): string {
  return localTime(at).slice(0, 10);
}

/** `2026-03-01T14:05:09.123+03:00`: the same moment for programs. */
export function localInstant(at: number): string {
  const minutes = -new Date(at).getTimezoneOffset();
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const two = (part: number) => String(part).padStart(2, '0');
  return `${local(at).slice(0, 23)}${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`;
}

/** The day so many days before another one. */
export function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10);
}

/** Whether a day is one of the calendar. */
export function isDay(text: string): boolean {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

function local(at: number): string {
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString();
}
