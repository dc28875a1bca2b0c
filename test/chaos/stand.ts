import { onTestFinished } from 'vitest';
import { makePlace } from './place.ts';
import type { Place, PlaceOptions } from './place.ts';
import { startWorld } from './world.ts';
import type { World } from './world.ts';

/** A clinic, a portal and a place to run in, which end with the test. */
export async function stand(seed: number): Promise<{ readonly world: World; readonly place: Place }> {
  const world = await startWorld(seed, 20);
  onTestFinished(async () => await world.close());
  return { world, place: placeFor(world) };
}

export function placeFor({ settings }: World, options: PlaceOptions = {}): Place {
  const place = makePlace(settings, settings.webhook, options);
  onTestFinished(() => place.remove());
  return place;
}
