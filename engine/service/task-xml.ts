import { commandOf, tickMinutes } from './service.ts';
import type { Service } from './service.ts';

/**
 * The task as `schtasks /Create /XML` takes it
 * (https://learn.microsoft.com/en-us/windows/win32/taskschd/task-scheduler-schema). In triggers the order of elements
 * is the schema's, elsewhere any order will do.
 */
export function taskXml(service: Service): string {
  const [command = '', ...given] = commandOf(service);
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Author>pipe</Author>
    <Description>${escaped(`pipe: ${service.pipeline}, ${service.file}`)}</Description>
  </RegistrationInfo>
  <Triggers>
    <TimeTrigger>
      <Enabled>true</Enabled>
      <StartBoundary>2026-01-01T00:00:00</StartBoundary>
      <Repetition>
        <Interval>PT${tickMinutes(service)}M</Interval>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="runner">
${principal(service.user)}
    </Principal>
  </Principals>
  <Settings>
${settings}
  </Settings>
  <Actions Context="runner">
    <Exec>
      <Command>${escaped(command)}</Command>
      <Arguments>${escaped(given.map(quoted).join(' '))}</Arguments>
      <WorkingDirectory>${escaped(service.folder)}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
`;
}

/** `SYSTEM` by its SID, which is the same in every language of Windows. */
const systemSid = 'S-1-5-18';

/**
 * Whether a user is logged on or not (rule 59): SYSTEM always is. S4U runs a named user without a stored password; it
 * cannot reach Windows shares, which a run does not need: IDENT wants its own login, the portal speaks HTTPS.
 */
function principal(user: string): string {
  const lines =
    user.toUpperCase() === 'SYSTEM'
      ? [`<UserId>${systemSid}</UserId>`]
      : [`<UserId>${escaped(user)}</UserId>`, '<LogonType>S4U</LogonType>'];
  return [...lines, '<RunLevel>LeastPrivilege</RunLevel>'].map((line) => `      ${line}`).join('\n');
}

/**
 * One instance, on battery too, however idle the machine is, and at once when a turn was missed. A first load may take
 * hours; what hangs for twelve is ended, which a run survives. A start that failed is tried again after a minute.
 */
const settings = `    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>
    <IdleSettings>
      <StopOnIdleEnd>false</StopOnIdleEnd>
      <RestartOnIdle>false</RestartOnIdle>
    </IdleSettings>
    <AllowStartOnDemand>true</AllowStartOnDemand>
    <Enabled>true</Enabled>
    <Hidden>false</Hidden>
    <RunOnlyIfIdle>false</RunOnlyIfIdle>
    <WakeToRun>false</WakeToRun>
    <ExecutionTimeLimit>PT12H</ExecutionTimeLimit>
    <Priority>7</Priority>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>3</Count>
    </RestartOnFailure>`;

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/**
 * One argument as a Windows program reads it back
 * (https://learn.microsoft.com/en-us/cpp/c-language/parsing-c-command-line-arguments): backslashes count only before a
 * quote.
 */
function quoted(argument: string): string {
  if (/^[^\s"]+$/.test(argument)) return argument;
  return `"${argument.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}

/** As Windows writes it: UTF-16, little-endian, with its mark. */
export function encoded(xml: string): Uint8Array {
  return Buffer.from(`\uFEFF${xml.replaceAll('\n', '\r\n')}`, 'utf16le');
}
