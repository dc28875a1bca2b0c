import { defineErrors } from '../errors.ts';

/** What can go wrong with having the system run a pipeline. */
export const serviceErrors = defineErrors('service', {
  not_administrator: {
    kind: 'environment',
    en: 'services are for administrators to change',
    ru: 'службы меняет только администратор',
    fix: {
      en: 'open PowerShell with "Run as administrator" and type the command again',
      ru: 'откройте PowerShell «от имени администратора» и повторите команду',
    },
  },
  not_root: {
    kind: 'environment',
    en: 'services are for root to change',
    ru: 'службы меняет только root',
    fix: {
      en: 'type it again with sudo; `--print` shows what would be written without it',
      ru: 'повторите с sudo; `--print` и без него покажет, что будет записано',
    },
  },
  no_systemd: {
    kind: 'environment',
    en: 'this machine is not run by systemd',
    ru: 'на этом компьютере работает не systemd',
    fix: {
      en: 'in a container run `pipe run --loop`, elsewhere call `pipe run --scheduled` from cron',
      ru: 'в контейнере запустите `pipe run --loop`, иначе вызывайте `pipe run --scheduled` из cron',
    },
  },
  no_system: {
    kind: 'environment',
    en: 'pipe knows no services on {platform}',
    ru: 'pipe не умеет ставить службы на {platform}',
    fix: {
      en: 'run `pipe run --loop`, or call `pipe run --scheduled` from its own scheduler',
      ru: 'запустите `pipe run --loop` или вызывайте `pipe run --scheduled` из планировщика системы',
    },
  },
  not_installed: {
    kind: 'input',
    en: 'there is no service {service}',
    ru: 'нет службы {service}',
    fix: { en: 'install it: `pipe service install {file}`', ru: 'установите её: `pipe service install {file}`' },
  },
  unknown_user: {
    kind: 'input',
    en: 'this machine has no user "{user}"',
    ru: 'на этом компьютере нет пользователя «{user}»',
    fix: { en: 'make one, or name another with `--user`', ru: 'создайте его или укажите другого в `--user`' },
  },
  no_program: {
    kind: 'environment',
    en: 'there is no program {program} here',
    ru: 'здесь нет программы {program}',
    fix: { en: 'see that it is in PATH', ru: 'проверьте, что она есть в PATH' },
  },
  control_character: {
    kind: 'input',
    en: 'the path {path} has a control character, which no unit file can hold',
    ru: 'в пути {path} есть управляющий символ: файл службы его не вместит',
    fix: { en: 'rename the file or its folder', ru: 'переименуйте файл или папку' },
  },
  refused: {
    kind: 'environment',
    en: '`{command}` was refused: {reason}',
    ru: 'команда `{command}` не выполнена: {reason}',
    fix: {
      en: 'do what it says, then type the command again',
      ru: 'сделайте, что в ней сказано, и повторите команду',
    },
  },
});
