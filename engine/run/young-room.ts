import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Measured: a larger one only takes more memory. */
const enoughBytes = 32 * 1024 * 1024;

/** A preview has data bases of its own beside those of a run, and their pages take what is missing here. */
const enoughOfPreviewBytes = 16 * 1024 * 1024;

/**
 * Young objects get the room that the command line keeps from them while it loads (docs/decisions/garbage.md): what a row
 * is planned with is soon garbage, and a small room would be collected too often. Called with each batch, until there is
 * enough. Of a flow that is loaded most lives as long as its batch, whatever the room.
 */
export function makeYoungRoom({ isPreview = false } = {}): void {
  const enough = isPreview ? enoughOfPreviewBytes : enoughBytes;
  const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_size ?? enough;
  setFlagsFromString(`--semi-space-growth-factor=${young < enough ? 2 : 1}`);
}
