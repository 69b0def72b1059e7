/** What each exit code means, for the help. */
export const EXIT_CODES: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'failed in a way that nobody foresaw',
  2: "the command line can't be read",
  3: 'the configuration is at fault; every problem is listed',
  4: 'a part is not set up as it must be; the message names what mends it',
  5: "a part can't be reached; trying again can help",
  6: 'nothing was found',
  7: 'the drain deadline passed with work left, which another worker takes over',
  8: 'the consumer stopped for good; start again',
  9: 'stopped hard by a second signal',
  10: 'what was asked for was begun, and its end could not be seen in time; the message says what to do',
  11: 'nothing was changed: it may not be done as things are, or the question was not answered with yes',
  12: 'not done, since the provider was asked first and what it said has changed the capture, which is recorded',
};
