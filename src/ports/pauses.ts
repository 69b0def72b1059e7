/** An account through which nothing is sent, because a person said so. */
export interface AccountPause {
  readonly account: string;
  /** The database's time. */
  readonly pausedAt: Date;
  readonly pausedBy: string;
  readonly reason: string;
}
