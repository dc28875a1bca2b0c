import { localTime } from '../../log/moment.ts';
import type { Language } from '../../messages/template.ts';

/** An ISO instant as people here read it: `2026-03-01 14:05:09`, the machine's own zone. */
export function localText(iso: string): string {
  return localTime(Date.parse(iso));
}

const units = [
  { seconds: 86_400, en: 'd', ru: 'д' },
  { seconds: 3600, en: 'h', ru: 'ч' },
  { seconds: 60, en: 'min', ru: 'мин' },
  { seconds: 1, en: 's', ru: 'с' },
] as const;

/** `45 s`, `3 min`, `2 h`, `11 d`: the largest unit that fits, rounded down. */
export function durationText(seconds: number, language: Language): string {
  const unit = units.find((each) => seconds >= each.seconds) ?? units[3];
  return `${Math.floor(seconds / unit.seconds)} ${unit[language]}`;
}
