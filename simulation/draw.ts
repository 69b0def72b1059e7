/**
 * Randomness by name. Each draw is a pure function of the seed, of what is drawn, and of how often that was drawn before, and of nothing
 * else: so a plan from which something was left out, in search of the smallest one that fails, meets the same delays in all that is left.
 */
export interface Draws {
  /** In [0, 1). */
  number(what: string): number;
  /** A whole number in [0, below). */
  below(what: string, below: number): number;
  /** True with this probability. */
  chance(what: string, probability: number): boolean;
}

export function createDraws(seed: number): Draws {
  const names = new Map<string, Name>();

  function number(what: string): number {
    let name = names.get(what);
    if (name === undefined) {
      name = { hash: hashOf(what, seed), drawn: 0 };
      names.set(what, name);
    }
    name.drawn += 1;
    return mixed(name.hash + Math.imul(name.drawn, 0x9e37_79b9)) / 2 ** 32;
  }

  return {
    number,
    below: (what, below) => Math.floor(number(what) * below),
    chance: (what, probability) => number(what) < probability,
  };
}

interface Name {
  readonly hash: number;
  drawn: number;
}

/** FNV-1a of the text, begun with the seed. */
export function hashOf(text: string, seed = 0): number {
  let hash = mixed(seed) ^ 0x811c_9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193);
  return mixed(hash);
}

/** The last step of MurmurHash3: every bit of the result depends on every bit of the number. */
function mixed(number: number): number {
  let hash = number | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
