import { createRequire } from 'node:module';

// Loaded before a program by `--import`. The first two answers to its requests to join a group say that the coordinator is still loading
// its groups, as a broker that has just started says it.

interface JoinAnswer {
  errorCode: number;
}
interface JoinResponse {
  decode: (bytes: Buffer) => Promise<JoinAnswer>;
}

const LOADING = 14;
const require = createRequire(import.meta.url);
const response = require('kafkajs/src/protocol/requests/joinGroup/v5/response.js') as JoinResponse;
const { decode } = response;
let refusals = 2;

response.decode = async (bytes) => {
  const answer = await decode(bytes);
  if (refusals === 0) return answer;
  refusals -= 1;
  return { ...answer, errorCode: LOADING };
};
