/** What had happened by a moment; all of it if none is given. */
export function happenedBy<Event extends { readonly at: Date }>(
  events: readonly Event[],
  asOf: Date | undefined,
): readonly Event[] {
  return asOf === undefined ? events : events.filter(({ at }) => at <= asOf);
}
