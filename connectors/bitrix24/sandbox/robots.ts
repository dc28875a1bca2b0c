import type { EntityName } from './entities/index.ts';

/**
 * An automation rule: it runs after a record was saved through the API and changes it (reference §5.2 "automation",
 * §10.9). What it changes starts no other robot.
 */
export interface RobotRule {
  readonly entity: EntityName;
  readonly on: 'add' | 'update';
  /** What it writes, by legacy names. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** By the portal's clock, from the moment the record was saved. Default 0: it is done by the next command. */
  readonly afterMs?: number;
  /** How many records it takes up; default all. */
  readonly times?: number;
}

export interface Robots {
  add(rule: RobotRule): void;
  saved(entity: EntityName, id: number, on: RobotRule['on']): void;
  /** Carries out what is due. Nobody sees the portal without this having been called first. */
  act(): void;
}

interface Errand {
  readonly rule: RobotRule;
  readonly id: number;
  readonly at: number;
}

/** `edit` changes the record as of the moment given, and passes over one that is gone. */
export function createRobots(
  now: () => number,
  edit: (entity: EntityName, id: number, fields: RobotRule['fields'], at: number) => void,
): Robots {
  const rules: { readonly rule: RobotRule; left: number }[] = [];
  const errands: Errand[] = [];
  return {
    add: (rule) => void rules.push({ rule, left: rule.times ?? Infinity }),
    saved(entity, id, on) {
      for (const held of rules) {
        const { rule, left } = held;
        if (rule.entity !== entity || rule.on !== on || left <= 0) continue;
        held.left -= 1;
        errands.push({ rule, id, at: now() + (rule.afterMs ?? 0) });
      }
    },
    act() {
      if (errands.length === 0) return;
      const due = errands.filter(({ at }) => at <= now()).sort((a, b) => a.at - b.at);
      for (const errand of due) {
        errands.splice(errands.indexOf(errand), 1);
        edit(errand.rule.entity, errand.id, errand.rule.fields, errand.at);
      }
    },
  };
}
