import type { Intent } from './ports.ts';

/** Whether some rung can find what the create would have made: claims of questions hold a `?`, those of rows do not. */
export function isAskedFor({ claims }: Intent): boolean {
  return claims.some((claim) => claim.includes('?'));
}
