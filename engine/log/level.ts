/** How much a line matters (rule 46), the least first. */
export const levels = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;

export type Level = (typeof levels)[number];

export function isLevel(text: string): text is Level {
  return levels.some((level) => level === text);
}

/** Whether a line of this level is kept where `least` is the lowest that is. */
export function isHeard(level: Level, least: Level): boolean {
  return levels.indexOf(level) >= levels.indexOf(least);
}
