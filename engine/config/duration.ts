const unitsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30s`, `2m`, `2h`, `7d` in milliseconds. */
export function durationMs(text: string | undefined): number | undefined {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text ?? '') ?? [];
  const unitMs = unitsMs[unit ?? ''];
  return unitMs === undefined ? undefined : Number(count) * unitMs;
}

export function durationOrAllMs(text: string | undefined): number | 'all' | undefined {
  return text === 'all' ? 'all' : durationMs(text);
}
