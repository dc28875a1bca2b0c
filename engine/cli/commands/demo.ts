import { BaseCommand } from '../base-command.ts';
import { runDemo } from '../demo.ts';
import { numberFlag } from '../flags.ts';
import { demoText } from '../render/demo.ts';
import { stopSignal } from '../stop-signal.ts';

export default class Demo extends BaseCommand {
  static override summary = 'The whole story on loopback: an invented clinic, a sandbox portal, three runs.';
  static override flags = {
    appointments: numberFlag({ description: 'appointments in the clinic; default: 200', min: 20, default: 200 }),
    seed: numberFlag({ description: 'seed of the invented clinic; default: 1', min: 0, default: 1 }),
  };
  static override examples = ['<%= config.bin %> demo'];

  async run(): Promise<void> {
    const { flags } = await this.parse(Demo);
    const stop = stopSignal();
    const story = await runDemo(flags, (line) => this.tell(line), stop.signal, this.language).finally(() =>
      stop.release(),
    );
    await this.present(story, (language) => demoText(story, language));
    this.leave(story.exitCode);
  }
}
