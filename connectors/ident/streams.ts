import type { Stream } from './stream.ts';
import { branches } from './streams/branches.ts';
import { doctors } from './streams/doctors.ts';
import { patients } from './streams/patients.ts';
import { receptions } from './streams/receptions.ts';
import { services } from './streams/services.ts';
import { treatmentPlans } from './streams/treatment-plans.ts';

/** What `stream:` may name. */
export const streams: readonly Stream[] = [receptions, treatmentPlans, patients, doctors, branches, services];

export function streamNamed(name: unknown): Stream | undefined {
  return streams.find((stream) => stream.name === name);
}
