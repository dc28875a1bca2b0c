import { defineErrors } from '../errors.ts';

export const lockErrors = defineErrors('lock', {
  unreadable: {
    kind: 'input',
    en: 'this is no lock file that pipe wrote, or one of another version',
    ru: 'этот файл записан не командой pipe или другой её версией',
    fix: {
      en: 'write it anew: pipe discover {pipeline} --lock',
      ru: 'запишите его заново: pipe discover {pipeline} --lock',
    },
  },
});
