/** What a user asked for cannot be done: one line that says what to write instead. */
export class UsageError extends Error {}
