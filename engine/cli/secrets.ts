import * as Args from '@oclif/core/args';
import type { Tokens } from '../connector.ts';
import { systemClock } from '../state/clock.ts';
import { vaultErrors } from '../vault/errors.ts';
import { isSecretName, openVault } from '../vault/open-vault.ts';
import type { Vault } from '../vault/open-vault.ts';
import { vaultPlace } from '../vault/place.ts';
import { openTokens } from '../vault/tokens.ts';

/** The vault of this machine, or of who runs us. */
export function ownVault(): { readonly vault: Vault; readonly file: string } {
  const place = vaultPlace(process.env);
  return { vault: openVault(place, systemClock), file: place.file };
}

/** The tokens of this machine, or of who runs us. */
export function ownTokens(): Tokens {
  return openTokens(vaultPlace(process.env), systemClock);
}

/** Whoever writes `NAME=value` is not shown the value again: what is refused here is never repeated. */
export const secretArgument = Args.string({
  required: true,
  description: 'name of the secret, as in ${secret:NAME}',
  parse: async (text) => {
    if (!isSecretName(text)) throw vaultErrors.wrong_name.error({});
    return text;
  },
});
