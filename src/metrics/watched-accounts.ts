import type { Registry } from 'prom-client';
import { Counter, Gauge } from 'prom-client';
import { TURNED_AWAY } from '../worker/gate/account-gate.js';
import { GATE_STATES } from '../worker/gate/standing.js';
import type { Metrics } from './metrics.js';
import { METRICS } from './names.js';
import type { AccountReading } from './readings.js';

/** What the accounts' gates count themselves: looked up for each page. */
export function watchedAccounts(registry: Registry): Pick<Metrics, 'watchAccounts'> {
  const registers = [registry];
  let read = (): readonly AccountReading[] => [];
  const inFlight: Gauge<'account'> = new Gauge<'account'>({
    ...METRICS.accountInFlight,
    registers,
    collect: () => {
      for (const { name, inFlight: calls } of read()) inFlight.set({ account: name }, calls);
    },
  });
  const waiting: Gauge<'account'> = new Gauge<'account'>({
    ...METRICS.accountWaiting,
    registers,
    collect: () => {
      for (const { name, waiting: calls } of read()) waiting.set({ account: name }, calls);
    },
  });
  const states: Gauge<'account' | 'state'> = new Gauge<'account' | 'state'>({
    ...METRICS.accountState,
    registers,
    collect: () => {
      for (const { name, state: current } of read())
        for (const state of GATE_STATES) states.set({ account: name, state }, state === current ? 1 : 0);
    },
  });
  const deferred: Counter<'account' | 'reason'> = new Counter<'account' | 'reason'>({
    ...METRICS.accountDeferred,
    registers,
    collect: () => {
      deferred.reset();
      for (const { name, turnedAway } of read())
        for (const reason of TURNED_AWAY) deferred.inc({ account: name, reason }, turnedAway[reason]);
    },
  });
  const rateWaits: Counter<'account'> = new Counter<'account'>({
    ...METRICS.accountRateWaits,
    registers,
    collect: () => {
      rateWaits.reset();
      for (const { name, rateWaits: waits } of read()) rateWaits.inc({ account: name }, waits);
    },
  });
  return {
    watchAccounts: (reader) => {
      read = reader;
    },
  };
}
