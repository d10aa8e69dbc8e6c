/** A pattern of a policy: `*` is any text, `?` any character. */
export function globOf(pattern: string, flags?: string): RegExp {
  const text = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${text.replace(/\*+/g, '.*').replace(/\?/g, '.')}$`, `s${flags ?? ''}`);
}
