// @ts-check
// Something that a question needs and that need not be there: a compiler, a package, data. The question is then left out.

const code = 'MISSING';

export const noAddon = 'there is no compiled addon here, and nothing else to measure';

/** @param {string} message what is missing, and how to get it */
export const missing = (message) => Object.assign(new Error(message), { code });

/** @param {unknown} error */
export const isMissing = (error) => error instanceof Error && 'code' in error && error.code === code;
