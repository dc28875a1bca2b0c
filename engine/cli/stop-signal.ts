import { stops } from '../errors.ts';

/** A stop asked for by Ctrl+C or by the system; asked twice, the process ends at once. */
export interface StopSignal {
  /** Aborts with the name of the signal as its reason. */
  readonly signal: AbortSignal;
  release(): void;
}

/** `onStop` is called when a stop was asked for and something may still have to end. */
export function stopSignal(onStop: () => void = () => undefined): StopSignal {
  const controller = new AbortController();
  const onSignal = (name: keyof typeof stops) => () => {
    if (controller.signal.aborted) process.exit(stops[name]);
    onStop();
    controller.abort(name);
  };
  const onInterrupt = onSignal('SIGINT');
  const onTerminate = onSignal('SIGTERM');
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
    },
  };
}

/** The exit code where what was thrown is the reason of such a stop. */
export function stopCodeOf(thrown: unknown): number | undefined {
  return thrown === 'SIGINT' || thrown === 'SIGTERM' ? stops[thrown] : undefined;
}
