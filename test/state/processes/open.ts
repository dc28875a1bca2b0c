import { openSample } from '../samples.ts';

/** Opens a state when told to, and says so. */
const [path = ''] = process.argv.slice(2);
process.on('message', () => {
  void openSample(path).then(
    () => process.send?.('opened'),
    (error: unknown) => process.send?.(String(error)),
  );
});
process.send?.('ready');
