/** What keeps the overview's figures from being fresh, said once for all accounts that it concerns. */
import type { AccountView } from './bindings/AccountView';

/** So many accounts have a banner each; more are one that unfolds. */
const FEW = 3;

export interface Troubles {
  /** The computer is offline: these accounts wait for a connection. */
  offline: AccountView[];
  /** The keychain cannot be read: these accounts wait for their keys. */
  locked: AccountView[];
  /** What fails by itself, a banner each. */
  single: AccountView[];
  /** The same when they are many: one banner. */
  many: AccountView[];
}

/**
 * Any good answer proves that the computer is not offline; one account alone may just as well have a misspelt address,
 * which its own message says.
 */
export function troubles(accounts: AccountView[]): Troubles {
  const polled = accounts.filter((one) => one.state !== 'paused');
  const cut = polled.filter((one) => one.problem?.kind === 'offline');
  const alone =
    cut.length < 2 || polled.some((one) => one.state === 'fresh' && one.meters.length > 0);
  const offline = alone ? [] : cut;
  const locked = polled.filter((one) => one.problem?.kind === 'keychain');
  const rest = polled.filter(
    (one) => one.problem && !offline.includes(one) && !locked.includes(one),
  );
  const few = rest.length <= FEW;
  return { offline, locked, single: few ? rest : [], many: few ? [] : rest };
}
