import type { LagReader, PartitionLag } from './lag.js';
import type { TopicNames } from './topics.js';

/** The group that reads what tells of captures: its own, since a provider that is slow with captures must not hold that up. */
export function reconciliationGroup(group: string): string {
  return `${group}-reconciliation`;
}

export interface Consumption {
  readonly group: string;
  readonly topics: readonly string[];
}

/** What a worker reads, and as which groups. `group` is the configured one. */
export function consumptionsOf(group: string, topics: TopicNames): readonly Consumption[] {
  return [
    { group, topics: [topics['order.fulfilled']] },
    {
      group: reconciliationGroup(group),
      topics: [topics['capture.notification'], topics['capture.pending']],
    },
  ];
}

/** How far a worker's groups are behind, one after the other, so that a failure names the first. Rejects as `LagReader.read` does. */
export async function readLags(
  reader: LagReader,
  consumptions: readonly Consumption[],
): Promise<readonly PartitionLag[]> {
  const lags: PartitionLag[] = [];
  for (const { group, topics } of consumptions) lags.push(...(await reader.read(group, topics)));
  return lags;
}
