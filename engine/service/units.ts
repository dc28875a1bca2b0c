import { join } from 'node:path';
import { commandOf, tickMinutes } from './service.ts';
import type { Service } from './service.ts';

/** `pipe-` and the pipeline's name; what no name of a unit may hold is written as `systemd-escape` does. */
export function unitName(pipeline: string, kind: 'service' | 'timer'): string {
  const escape = (byte: number): string => {
    const letter = String.fromCodePoint(byte);
    return /[\w.-]/.test(letter) ? letter : `\\x${byte.toString(16).padStart(2, '0')}`;
  };
  return `pipe-${[...Buffer.from(pipeline)].map(escape).join('')}.${kind}`;
}

/**
 * One run, closed off from what it does not need (systemd.exec(5)). It writes the pipeline's folder and what the
 * machine's pipelines share, and cannot change the pipeline itself. Exit code 4, something waits in the queue, counts
 * as failed, so that `systemctl --failed` and `OnFailure=` tell of it; a stop that was asked for does not. What
 * `/etc/pipe/<pipeline>.env` sets is read by root, so that the user need not see it. A call to the kernel that is not
 * allowed is told no and not answered with death: V8 asks for protection keys, which are none of `@system-service`.
 */
export function serviceUnit(service: Service): string {
  const { pipeline, file, folder, stateFolder, home, user } = service;
  const [program = '', ...given] = commandOf(service);
  return `# Written by \`pipe service install\`. Changes belong into a drop-in: systemctl edit ${unitName(pipeline, 'service')}
[Unit]
Description=${specifiersOff(`pipe: ${pipeline}`)}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User=${specifiersOff(user)}
WorkingDirectory=${specifiersOff(folder)}
Environment=${word(`PIPE_HOME=${home}`)}
EnvironmentFile=-/etc/pipe/${specifiersOff(pipeline)}.env
ExecStart=${word(program)} ${given.map((each) => word(each).replaceAll('$', '$$$$')).join(' ')}
SuccessExitStatus=143
TimeoutStartSec=12h
TimeoutStopSec=90s
KillMode=mixed
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
PrivateTmp=yes
PrivateDevices=yes
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths=${[folder, stateFolder, home].map(word).join(' ')}
ReadOnlyPaths=${[file, join(folder, '.env')].map((path) => word(`-${path}`)).join(' ')}
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
LockPersonality=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
`;
}

/** Counted from start to start, as Windows does; after a boot the first one comes in a minute. */
export function timerUnit(service: Service): string {
  const { pipeline } = service;
  return `# Written by \`pipe service install\`.
[Unit]
Description=${specifiersOff(`pipe: ${pipeline}`)}

[Timer]
OnBootSec=1min
OnUnitActiveSec=${tickMinutes(service)}min
AccuracySec=1s
Unit=${unitName(pipeline, 'service')}

[Install]
WantedBy=timers.target
`;
}

/** A value that systemd takes whole: only `%` means something in it. */
function specifiersOff(text: string): string {
  return text.replaceAll('%', '%%');
}

/** One word of a value that systemd splits at spaces. */
function word(text: string): string {
  return `"${specifiersOff(text).replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
