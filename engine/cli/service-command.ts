import type { Action } from '../service/service.ts';
import { BaseCommand } from './base-command.ts';
import { doneText } from './render/service.ts';
import { performAction } from './service.ts';
import { stopSignal } from './stop-signal.ts';

/** What changes a service: carried out, then told in one line. */
export abstract class ServiceCommand extends BaseCommand {
  protected async act(action: Action, file: string, wishes: { state?: string; user?: string }): Promise<void> {
    const stop = stopSignal();
    const report = await performAction(action, file, wishes, this.language, stop.signal).finally(() => stop.release());
    await this.present(report, (language) => doneText(report, language));
  }
}
