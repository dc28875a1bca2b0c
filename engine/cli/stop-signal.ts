/** A stop asked for by Ctrl+C or by the system; asked twice, the process ends at once. */
export interface StopSignal {
  readonly signal: AbortSignal;
  release(): void;
}

const exitNow = { SIGINT: 130, SIGTERM: 143 } as const;

export function stopSignal(): StopSignal {
  const controller = new AbortController();
  const onSignal = (name: keyof typeof exitNow) => () => {
    if (controller.signal.aborted) process.exit(exitNow[name]);
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
