import { registerEdits } from '../../dev/edited-modules/register.js';
import { mutantNamed } from '../mutants.js';

/** Loaded before a process's own program: makes the process one of the mutant that `SIMULATION_MUTANT` names. */
const mutant = mutantNamed(process.env['SIMULATION_MUTANT'] ?? '');
if (mutant?.kind === 'code') registerEdits(mutant.edits);
