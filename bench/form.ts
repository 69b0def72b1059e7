/** How long the benchmark takes its time: `quick` has fewer and shorter rounds. */
export type Form = 'quick' | 'full';
