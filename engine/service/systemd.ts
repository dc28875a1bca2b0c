import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { call } from './call.ts';
import { serviceErrors } from './errors.ts';
import type { Action, Manager, Service, ServiceState, Step } from './service.ts';
import { serviceUnit, timerUnit, unitName } from './units.ts';

/** Where this machine has things; tests name their own. */
export interface Machine {
  readonly unitFolder: string;
  /** There while systemd runs the machine (sd_booted(3)). */
  readonly bootedFolder: string;
  readonly userId: number;
}

const thisMachine: Machine = {
  unitFolder: '/etc/systemd/system',
  bootedFolder: '/run/systemd/system',
  userId: process.getuid?.() ?? 0,
};

/** systemd, by `systemctl`: a oneshot service and the timer that starts it. */
export function systemd(machine: Machine = thisMachine): Manager {
  return {
    nameOf: ({ pipeline }) => unitName(pipeline, 'timer'),
    steps: (action, service) => steps(machine)[action](service),
    checkRights: async () => checkRights(machine),
    stateOf,
  };
}

function systemctl(...given: readonly string[]): Step {
  return { call: ['systemctl', ...given] };
}

function steps({ unitFolder }: Machine): Readonly<Record<Action, (service: Service) => readonly Step[]>> {
  const units = ({ pipeline }: Service) => ({
    timer: unitName(pipeline, 'timer'),
    oneshot: unitName(pipeline, 'service'),
  });
  const fileOf = (unit: string): string => join(unitFolder, unit);
  const stop = (service: Service): readonly Step[] => [
    systemctl('disable', '--now', units(service).timer),
    systemctl('stop', units(service).oneshot),
  ];
  return {
    install: (service) => [
      { folder: service.stateFolder },
      { folder: service.home },
      { write: fileOf(units(service).oneshot), text: serviceUnit(service) },
      { write: fileOf(units(service).timer), text: timerUnit(service) },
      systemctl('daemon-reload'),
      systemctl('enable', '--now', units(service).timer),
    ],
    start: (service) => [
      systemctl('enable', '--now', units(service).timer),
      systemctl('start', '--no-block', units(service).oneshot),
    ],
    stop,
    enable: (service) => [systemctl('enable', '--now', units(service).timer)],
    disable: (service) => [systemctl('disable', '--now', units(service).timer)],
    uninstall: (service) => [
      ...stop(service),
      { remove: fileOf(units(service).oneshot) },
      { remove: fileOf(units(service).timer) },
      systemctl('daemon-reload'),
    ],
  };
}

function checkRights({ bootedFolder, userId }: Machine): void {
  if (!existsSync(bootedFolder)) throw serviceErrors.no_systemd.error({});
  if (userId !== 0) throw serviceErrors.not_root.error({});
}

async function stateOf({ pipeline }: Service): Promise<ServiceState | undefined> {
  const show = async (unit: string, property: string): Promise<string> =>
    (await call('systemctl', ['show', unit, `--property=${property}`, '--value'])).stdout.trim();
  const [timer, oneshot] = [unitName(pipeline, 'timer'), unitName(pipeline, 'service')];
  if ((await show(timer, 'LoadState')) !== 'loaded') return undefined;
  if (/^(?:activating|active|deactivating|reloading)$/.test(await show(oneshot, 'ActiveState'))) return 'running';
  return (await show(timer, 'UnitFileState')) === 'enabled' ? 'ready' : 'disabled';
}
