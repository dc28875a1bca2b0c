/** How many requests a sandbox is at, those among them whose client has gone. */
export interface Flights {
  begin(): void;
  end(): void;
  /** Resolves once there is none. */
  idle(): Promise<void>;
}

export function createFlights(): Flights {
  let inFlight = 0;
  let quiet = Promise.withResolvers<void>();
  return {
    begin() {
      inFlight += 1;
    },
    end() {
      inFlight -= 1;
      if (inFlight > 0) return;
      quiet.resolve();
      quiet = Promise.withResolvers();
    },
    async idle() {
      if (inFlight > 0) await quiet.promise;
    },
  };
}
