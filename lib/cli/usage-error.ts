/** What a user asked for cannot be done: one line that says why, or what to write instead. */
export class UsageError extends Error {}
