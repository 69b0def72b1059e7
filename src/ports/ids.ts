/** Makes an id that no other call, in any process, has made or will: a UUID. For what can't be derived from what it names. */
export type NewId = () => string;
