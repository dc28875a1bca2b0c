/**
 * The Task Scheduler's schema, as far as our tasks go
 * (https://learn.microsoft.com/en-us/windows/win32/taskschd/task-scheduler-schema): what may stand in an element, what
 * must, whether in that order, and of what type its text is.
 */
interface ElementType {
  readonly holds?: Readonly<Record<string, string>>;
  readonly required?: readonly string[];
  readonly ordered?: boolean;
  readonly text?: RegExp;
}

const boolean = /^(?:true|false)$/;
const minutesToDays = /^PT(?:[1-9]\d{0,3}|[1-3]\d{4}|4[0-3]\d{3}|44[0-5]\d\d|446[0-3]\d|44640)M$/;

const types: Readonly<Record<string, ElementType>> = {
  taskType: {
    holds: {
      RegistrationInfo: 'registrationInfoType',
      Triggers: 'triggersType',
      Settings: 'settingsType',
      Principals: 'principalsType',
      Actions: 'actionsType',
    },
    required: ['Actions'],
  },
  registrationInfoType: { holds: { Author: 'string', Description: 'string', URI: 'string' } },
  triggersType: { holds: { TimeTrigger: 'timeTriggerType' } },
  timeTriggerType: {
    holds: {
      Enabled: 'boolean',
      StartBoundary: 'dateTime',
      EndBoundary: 'dateTime',
      Repetition: 'repetitionType',
      ExecutionTimeLimit: 'duration',
      RandomDelay: 'duration',
    },
    ordered: true,
  },
  repetitionType: {
    holds: { Interval: 'minutesToDays', Duration: 'duration', StopAtDurationEnd: 'boolean' },
    required: ['Interval'],
  },
  principalsType: { holds: { Principal: 'principalType' } },
  principalType: { holds: { UserId: 'nonEmpty', LogonType: 'logonType', RunLevel: 'runLevelType' } },
  settingsType: {
    holds: {
      AllowStartOnDemand: 'boolean',
      RestartOnFailure: 'restartType',
      MultipleInstancesPolicy: 'multipleInstancesPolicyType',
      DisallowStartIfOnBatteries: 'boolean',
      StopIfGoingOnBatteries: 'boolean',
      AllowHardTerminate: 'boolean',
      StartWhenAvailable: 'boolean',
      RunOnlyIfNetworkAvailable: 'boolean',
      WakeToRun: 'boolean',
      Enabled: 'boolean',
      Hidden: 'boolean',
      IdleSettings: 'idleSettingsType',
      ExecutionTimeLimit: 'duration',
      Priority: 'priorityType',
      RunOnlyIfIdle: 'boolean',
    },
  },
  idleSettingsType: { holds: { StopOnIdleEnd: 'boolean', RestartOnIdle: 'boolean' } },
  restartType: { holds: { Interval: 'minutesToDays', Count: 'count' }, required: ['Interval', 'Count'] },
  actionsType: { holds: { Exec: 'execType' }, required: ['Exec'] },
  execType: {
    holds: { Command: 'nonEmpty', Arguments: 'string', WorkingDirectory: 'nonEmpty' },
    required: ['Command'],
  },
  string: { text: /^/ },
  nonEmpty: { text: /./ },
  boolean: { text: boolean },
  dateTime: { text: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/ },
  duration: { text: /^P(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+S)?)?$/ },
  minutesToDays: { text: minutesToDays },
  logonType: { text: /^(?:S4U|Password|InteractiveToken|InteractiveTokenOrPassword)$/ },
  runLevelType: { text: /^(?:LeastPrivilege|HighestAvailable)$/ },
  multipleInstancesPolicyType: { text: /^(?:Parallel|Queue|IgnoreNew|StopExisting)$/ },
  priorityType: { text: /^(?:\d|10)$/ },
  count: { text: /^(?:[1-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/ },
};

/** An element with its children, or with its text. */
export interface Element {
  readonly name: string;
  readonly attributes: string;
  readonly children: readonly Element[];
  readonly text: string;
}

/** Well-formed XML of the kind we write: no comments, no sections, no entities but the five. Throws on anything else. */
export function parseXml(xml: string): Element {
  const declaration = '<?xml version="1.0" encoding="UTF-16"?>';
  if (!xml.startsWith(declaration)) throw new Error('no declaration');
  const tokens = [...xml.slice(declaration.length).matchAll(/<\/?([A-Za-z]\w*)([^<>]*)>|([^<>]+)|[<>]/g)];
  let at = 0;
  const element = (): Element => {
    const [tag = '', name = '', attributes = ''] = tokens[at++] ?? [];
    if (!tag.startsWith('<') || tag.startsWith('</')) throw new Error(`an element expected at ${tag}`);
    const children: Element[] = [];
    let text = '';
    for (;;) {
      const [token = '', ending] = tokens[at] ?? [];
      if (token === `</${name}>`) break;
      if (token === '' || (ending !== undefined && token.startsWith('</'))) throw new Error(`${name} is not closed`);
      if (ending === undefined) {
        text += unescaped(token);
        at++;
      } else children.push(element());
    }
    at++;
    return { name, attributes, children, text: children.length > 0 ? '' : text };
  };
  while (tokens[at]?.[0].trim() === '') at++;
  const root = element();
  if (tokens.slice(at).some(([token]) => token.trim() !== '')) throw new Error('something behind the root');
  return root;
}

function unescaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replaceAll(/&(\w*);?/g, (whole, name: string) => {
    const meant = entities[name];
    if (meant === undefined || !whole.endsWith(';')) throw new Error(`${whole} is no entity`);
    return meant;
  });
}

/** What the schema has against a task. */
export function schemaErrors(root: Element): readonly string[] {
  const head = root.attributes.trim();
  const wanted = 'version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"';
  return [...(root.name === 'Task' && head === wanted ? [] : [`Task ${head}`]), ...against(root, 'taskType', 'Task')];
}

function against(element: Element, typeName: string, path: string): readonly string[] {
  const type = types[typeName] ?? {};
  if (type.text) {
    return element.children.length === 0 && type.text.test(element.text) ? [] : [`${path} = "${element.text}"`];
  }
  const names = element.children.map(({ name }) => name);
  const known = Object.keys(type.holds ?? {});
  const order = names.map((name) => known.indexOf(name));
  return [
    ...names
      .filter((name, index) => !known.includes(name) || names.indexOf(name) < index)
      .map((name) => `${path}/${name}`),
    ...(type.required ?? []).filter((name) => !names.includes(name)).map((name) => `${path} lacks ${name}`),
    ...(type.ordered && order.some((place, index) => place < (order[index - 1] ?? 0))
      ? [`${path} is out of order`]
      : []),
    ...element.children.flatMap((each) => against(each, type.holds?.[each.name] ?? '', `${path}/${each.name}`)),
  ];
}

/** The text of the element at `Settings/IdleSettings/StopOnIdleEnd`; undefined: there is none. */
export function textAt(root: Element, path: string): string | undefined {
  const [first, ...rest] = path.split('/');
  const child = root.children.find(({ name }) => name === first);
  return child && (rest.length > 0 ? textAt(child, rest.join('/')) : child.text);
}
